with

periods as (

    select * from {{ ref('int_periods') }}

),

period_measures as (

    select * from {{ ref('int_period_measures') }}

),

stages as (

    select * from {{ ref('int_stage_flags') }}

),

warnings as (

    select * from {{ ref('dq_warnings') }}
    where
        rule_code in (
            'statutory_subject_logged_as_corporate', 'corporate_subject_logged_as_statutory'
        )

),

suspected as (

    select
        periods.period,
        stages.procedure,
        stages.stage,
        count(distinct stages.record_id) as suspected
    from warnings
    inner join stages on warnings.record_id = stages.record_id
    inner join periods on stages.financial_quarter = periods.financial_quarter
    group by periods.period, stages.procedure, stages.stage

),

final as (

    select
        period_measures.period,
        period_measures.period_length,
        period_measures.procedure,
        period_measures.stage,
        coalesce(suspected.suspected, 0) as suspected,
        period_measures.received
    from period_measures
    left join suspected
        on
            period_measures.period = suspected.period
            and period_measures.procedure = suspected.procedure
            and period_measures.stage = suspected.stage

)

select * from final
