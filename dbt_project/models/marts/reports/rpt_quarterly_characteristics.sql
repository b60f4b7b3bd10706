select
    period as financial_quarter,
    procedure,
    stage,
    breakdown as characteristic,
    value,
    received as complaints,
    eligible
from {{ ref('int_period_breakdowns') }}
where period_length = 'quarter' and breakdown in {{ quoted_names(characteristics()) }}
