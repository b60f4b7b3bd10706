select
    position,
    rule_code,
    severity,
    suite,
    description,
    source,
    remedy
from {{ source('raw', 'rules') }}
