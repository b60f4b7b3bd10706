select
    position,
    rule_code,
    severity,
    contents,
    description,
    source,
    remedy
from {{ source('raw_inputs', 'optional_rules') }}
