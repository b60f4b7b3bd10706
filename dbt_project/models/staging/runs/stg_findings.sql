select distinct
    record_id,
    dataset,
    gate,
    rule_code
from {{ source('validation', 'findings') }}
