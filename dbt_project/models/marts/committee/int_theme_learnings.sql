-- Built with the marts, whose facts it joins, but not one of them: the texts stay in the working
-- store, where `complaints report` reads them.
{{ config(schema='intermediate') }}

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

stage_rows as (

    select * from {{ ref('stg_stage_rows') }}

),

stage_themes as (

    select
        complaint_stages.financial_quarter,
        complaint_stages.procedure,
        complaint_stages.stage,
        complaint_stages.row_id,
        coalesce(complaint_reasons.reason, 'Not recorded') as reason,
        nullif(stage_rows.learning, '') as learning
    from complaint_stages
    inner join stage_rows on complaint_stages.row_id = stage_rows.row_id
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
    where stage_themes.learning is not null
    group by all

)

select * from final
