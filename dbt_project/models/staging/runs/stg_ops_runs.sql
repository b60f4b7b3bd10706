select
    run_id,
    as_of_day,
    started_at,
    finished_at,
    status,
    failed_step
from {{ source('runs', 'ops_runs') }}
