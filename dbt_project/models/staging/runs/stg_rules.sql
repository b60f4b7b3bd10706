select
    position,
    rule_code,
    dataset,
    severity,
    suite,
    description,
    source,
    remedy,
    columns_read
from {{ source('runs', 'rules') }}
