select
    period,
    period_length,
    procedure,
    stage,
    breakdown as characteristic,
    value,
    received as complaints,
    eligible
from {{ ref('int_period_breakdowns') }}
where breakdown in {{ quoted_names(characteristics()) }}
