select
    run_id,
    as_of_day,
    started_at,
    finished_at,
    status,
    failed_step,
    run_number
from {{ source('runs', 'ops_runs') }}
