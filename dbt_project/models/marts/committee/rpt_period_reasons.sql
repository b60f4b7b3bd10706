with

periods as (

    select * from {{ ref('int_periods') }}

),

quarterly_reasons as (

    select * from {{ ref('rpt_quarterly_reasons') }}

),

final as (

    select
        periods.period,
        periods.period_length,
        quarterly_reasons.procedure,
        quarterly_reasons.stage,
        quarterly_reasons.reason,
        cast(sum(quarterly_reasons.complaints) as bigint) as complaints,
        cast(sum(quarterly_reasons.eligible) as bigint) as eligible,
        cast(sum(quarterly_reasons.in_sla) as bigint) as in_sla,
        cast(sum(quarterly_reasons.upheld) as bigint) as upheld
    from quarterly_reasons
    inner join periods on quarterly_reasons.financial_quarter = periods.financial_quarter
    group by all

)

select * from final
