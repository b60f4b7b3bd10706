select
    acceptance_number,
    row_id,
    rule_code,
    is_withdrawal,
    role,
    recorded_on
from {{ source('raw', 'acceptances') }}
