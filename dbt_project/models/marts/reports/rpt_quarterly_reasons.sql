select
    period as financial_quarter,
    procedure,
    stage,
    {{ procedure_stage() }} as procedure_stage,
    value as reason,
    received as complaints,
    eligible,
    in_sla,
    upheld
from {{ ref('int_period_breakdowns') }}
where period_length = 'quarter' and breakdown = 'reason'
