select
    state_number,
    record_id,
    state,
    run_id,
    run_at,
    as_of_day
from {{ source('runs', 'record_states') }}
