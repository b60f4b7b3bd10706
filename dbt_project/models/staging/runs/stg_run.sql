select
    run_id,
    run_at,
    as_of_day,
    earliest_date,
    report_threshold
from {{ source('runs', 'run') }}
