-- Not published: a count of one would say of a case in the facts what was recorded of a child.
select
    period,
    period_length,
    procedure,
    stage,
    breakdown as characteristic,
    value,
    received as complaints,
    case when breakdown = 'advocate' and value = 'yes' then received else 0 end as with_advocate
from {{ ref('int_period_breakdowns') }}
where breakdown in {{ quoted_names(characteristics()) }}
