{{ typed_input(
    'caseload',
    texts=['team'],
    dates=['day'],
    wholes=['children', 'referrals'],
    more=['coalesce(children_text, referrals_text) as counted_text']
) }}
