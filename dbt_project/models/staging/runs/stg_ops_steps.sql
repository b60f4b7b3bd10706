select
    run_id,
    position,
    step,
    started_at,
    seconds,
    rows,
    peak_memory_bytes,
    status
from {{ source('runs', 'ops_steps') }}
