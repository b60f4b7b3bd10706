select
    row_id,
    rule_code,
    gate,
    is_accepted
from {{ source('raw', 'findings') }}
