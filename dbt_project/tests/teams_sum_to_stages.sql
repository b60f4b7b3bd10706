-- The teams of a quarter, procedure and stage add up to it, measure by measure.
with

teams as (

    select
        financial_quarter,
        procedure,
        stage,
        sum(received) as received,
        sum(eligible) as eligible,
        sum(in_sla) as in_sla,
        sum(upheld) as upheld
    from {{ ref('rpt_quarterly_teams') }}
    group by all

),

stages as (

    select
        financial_quarter,
        procedure,
        stage,
        received,
        eligible,
        in_sla,
        upheld
    from {{ ref('rpt_quarterly_stages') }}
    where received > 0

),

final as (

    {{ rows_in_one_only('teams', 'stages') }}

)

select * from final
