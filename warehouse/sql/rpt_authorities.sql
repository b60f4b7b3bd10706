-- The authorities beside each other: one row per authority, period, procedure and stage. Children
-- are those of the characteristic of its population that counts the most; null where none is given.
with counted as (
    select
        authority,
        characteristic,
        sum(number)::bigint as children
    from rpt_population
    group by all
),

population as (
    select
        authority,
        max(children) as children
    from counted
    group by all
)

select
    stages.authority,
    publication.authority_name,
    publication.as_of_day,
    stages.period,
    stages.period_length,
    stages.period_start_date,
    stages.is_complete,
    stages.procedure,
    stages.stage,
    stages.stage_number,
    stages.has_time_limit,
    stages.received,
    stages.in_sla,
    stages.upheld,
    population.children
from rpt_period_stages as stages
inner join dq_publication as publication on stages.authority = publication.authority
left join population on stages.authority = population.authority
