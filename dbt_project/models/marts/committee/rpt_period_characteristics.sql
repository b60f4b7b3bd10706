with

periods as (

    select * from {{ ref('int_periods') }}

),

quarterly_characteristics as (

    select * from {{ ref('rpt_quarterly_characteristics') }}

),

final as (

    select
        periods.period,
        periods.period_length,
        quarterly_characteristics.procedure,
        quarterly_characteristics.stage,
        quarterly_characteristics.characteristic,
        quarterly_characteristics.value,
        cast(sum(quarterly_characteristics.complaints) as bigint) as complaints,
        cast(sum(quarterly_characteristics.eligible) as bigint) as eligible
    from quarterly_characteristics
    inner join periods on quarterly_characteristics.financial_quarter = periods.financial_quarter
    group by all

)

select * from final
