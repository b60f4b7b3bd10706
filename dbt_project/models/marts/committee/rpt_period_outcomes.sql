with

periods as (

    select * from {{ ref('int_periods') }}

),

complaint_stages as (

    select * from {{ ref('fct_complaint_stages') }}

),

final as (

    select
        periods.period,
        periods.period_length,
        complaint_stages.procedure,
        complaint_stages.stage,
        coalesce(complaint_stages.outcome, 'none') as outcome,
        count(*) as received
    from complaint_stages
    inner join periods on complaint_stages.financial_quarter = periods.financial_quarter
    group by all

)

select * from final
