select
    row_id,
    rule_code,
    gate
from {{ source('raw', 'findings') }}
