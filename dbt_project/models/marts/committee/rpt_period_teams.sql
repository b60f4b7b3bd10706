select
    period,
    period_length,
    procedure,
    stage,
    value as service_team,
    received,
    eligible,
    in_sla,
    upheld
from {{ ref('int_period_breakdowns') }}
where breakdown = 'service_team'
