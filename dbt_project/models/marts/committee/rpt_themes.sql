with

periods as (

    select * from {{ ref('int_periods') }}

),

complaint_stages as (

    select * from {{ ref('fct_complaint_stages') }}

),

complaint_reasons as (

    select * from {{ ref('fct_complaint_reasons') }}

),

stage_themes as (

    select
        complaint_stages.financial_quarter,
        complaint_stages.procedure,
        complaint_stages.stage,
        coalesce(complaint_reasons.reason, 'Not recorded') as reason
    from complaint_stages
    left join complaint_reasons
        on
            complaint_stages.source = complaint_reasons.source
            and complaint_stages.case_reference = complaint_reasons.case_reference
            and complaint_stages.stage = complaint_reasons.stage

),

final as (

    select
        periods.period,
        periods.period_length,
        stage_themes.procedure,
        stage_themes.stage,
        stage_themes.reason,
        count(*) as complaints
    from stage_themes
    inner join periods on stage_themes.financial_quarter = periods.financial_quarter
    group by all

)

select * from final
