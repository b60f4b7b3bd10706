{{ typed_input(
    'recommendations',
    texts=['case_reference', 'text', 'evidence', 'dropped_why'],
    codes={'stage': 'stage'},
    dates=['due_date', 'done_date']
) }}
