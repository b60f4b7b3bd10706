select
    position,
    rule_code,
    dataset,
    severity,
    suite,
    description,
    source,
    remedy
from {{ source('runs', 'rules') }}
