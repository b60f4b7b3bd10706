select
    run_id,
    run_at,
    as_of_day,
    earliest_date
from {{ source('runs', 'run') }}
