-- Each characteristic adds up to the stages received in a year, whatever was counted together.
with

characteristics as (

    select
        left(period, 7) as financial_year,
        procedure,
        stage,
        characteristic,
        sum(complaints) as received
    from {{ ref('rpt_quarterly_characteristics') }}
    group by all

),

names as (

    select distinct characteristic from characteristics

),

stages as (

    select
        left(stages.financial_quarter, 7) as financial_year,
        stages.procedure,
        stages.stage,
        names.characteristic,
        sum(stages.received) as received
    from {{ ref('rpt_quarterly_stages') }} as stages
    cross join names
    where stages.received > 0
    group by all

),

final as (

    {{ rows_in_one_only('characteristics', 'stages') }}

)

select * from final
