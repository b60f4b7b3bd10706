select
    period as financial_quarter,
    procedure,
    stage,
    {{ procedure_stage() }} as procedure_stage,
    breakdown as characteristic,
    value,
    received as complaints,
    eligible
from {{ ref('int_period_breakdowns') }}
where period_length = 'quarter' and breakdown in {{ quoted_names(characteristics()) }}
