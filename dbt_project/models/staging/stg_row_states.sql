select
    state_number,
    row_id,
    state,
    run_id,
    run_at,
    as_of_day
from {{ source('raw', 'row_states') }}
