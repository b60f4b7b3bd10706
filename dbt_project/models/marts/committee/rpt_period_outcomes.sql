select
    period,
    period_length,
    procedure,
    stage,
    value as outcome,
    received
from {{ ref('int_period_breakdowns') }}
where breakdown = 'outcome'
