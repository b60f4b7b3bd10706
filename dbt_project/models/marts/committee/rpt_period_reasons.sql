select
    period,
    period_length,
    procedure,
    stage,
    value as reason,
    received as complaints,
    eligible,
    in_sla,
    upheld
from {{ ref('int_period_breakdowns') }}
where breakdown = 'reason'
