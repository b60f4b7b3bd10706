select
    acceptance_number,
    record_id,
    rule_code,
    is_withdrawal,
    role,
    recorded_on,
    newest_state_number
from {{ source('decisions', 'acceptances') }}
