select
    run_id,
    run_at,
    as_of_day,
    source,
    rule_code,
    severity,
    rows_held_back,
    rows_warned,
    rows_current
from {{ source('runs', 'quality_trends') }}
