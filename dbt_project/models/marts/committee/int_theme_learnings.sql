-- Built with the marts, whose facts it joins, but not one of them: the texts stay in the working
-- store, where `complaints report` reads them.
{{ config(schema='intermediate', materialized='view') }}

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

stages_with_learning as (

    select
        record_id,
        learning
    from {{ ref('int_stage_rows') }}
    where learning <> ''

),

stage_themes as (

    select
        complaint_stages.financial_quarter,
        complaint_stages.procedure,
        complaint_stages.stage,
        coalesce(complaint_reasons.reason, 'Not recorded') as reason,
        stages_with_learning.learning
    from complaint_stages
    inner join stages_with_learning
        on complaint_stages.record_id = stages_with_learning.record_id
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
        list_sort(list_distinct(list(stage_themes.learning))) as learning_texts
    from stage_themes
    inner join periods on stage_themes.financial_quarter = periods.financial_quarter
    group by all

)

select * from final
