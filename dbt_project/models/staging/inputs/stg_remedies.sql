{{ typed_input(
    'remedies',
    texts=['case_reference', 'type'],
    codes={'stage': 'stage'},
    dates=['agreed_date', 'paid_date'],
    pounds=['amount']
) }}
