with

periods as (

    select * from {{ ref('int_periods') }}

),

period_measures as (

    select * from {{ ref('int_period_measures') }}

),

complaint_stages as (

    select * from {{ ref('fct_complaint_stages') }}

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
        complaint_stages.procedure,
        complaint_stages.stage,
        count(distinct complaint_stages.record_id) as suspected
    from warnings
    inner join complaint_stages on warnings.record_id = complaint_stages.record_id
    inner join periods on complaint_stages.financial_quarter = periods.financial_quarter
    group by all

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
