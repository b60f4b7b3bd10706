select
    period,
    period_length,
    procedure,
    stage,
    value as reason,
    received as complaints
from {{ ref('int_period_breakdowns') }}
where breakdown = 'theme'
