-- The teams, the outcomes and each characteristic of a period add up to its stages.
with

stages as (

    select
        period,
        procedure,
        stage,
        received
    from {{ ref('rpt_period_stages') }}
    where received > 0

),

parts as (

    select
        'service_team' as breakdown,
        period,
        procedure,
        stage,
        sum(received) as received
    from {{ ref('rpt_period_teams') }}
    group by all

    union all

    select
        'outcome' as breakdown,
        period,
        procedure,
        stage,
        sum(received) as received
    from {{ ref('rpt_period_outcomes') }}
    group by all

    union all

    select
        characteristic as breakdown,
        period,
        procedure,
        stage,
        sum(complaints) as received
    from {{ ref('int_period_characteristics') }}
    group by all

),

breakdowns as (

    select distinct breakdown from parts

),

wholes as (

    select
        breakdowns.breakdown,
        stages.*
    from stages
    cross join breakdowns

),

final as (

    {{ rows_in_one_only('parts', 'wholes') }}

)

select * from final
