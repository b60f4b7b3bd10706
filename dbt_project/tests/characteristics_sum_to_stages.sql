-- Each characteristic alone adds up to the stages received, so nobody is left out or counted twice.
with

characteristics as (

    select
        financial_quarter,
        procedure,
        stage,
        characteristic,
        sum(complaints) as received,
        sum(eligible) as eligible
    from {{ ref('rpt_quarterly_characteristics') }}
    group by all

),

names as (

    select distinct characteristic from characteristics

),

stages as (

    select
        stages.financial_quarter,
        stages.procedure,
        stages.stage,
        names.characteristic,
        stages.received,
        stages.eligible
    from {{ ref('rpt_quarterly_stages') }} as stages
    cross join names
    where stages.received > 0

),

final as (

    {{ rows_in_one_only('characteristics', 'stages') }}

)

select * from final
