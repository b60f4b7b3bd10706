with

periods as (

    select * from {{ ref('int_periods') }}

),

complaints as (

    select * from {{ ref('fct_complaints') }}

),

-- what came in at each stage in the period, whichever cases it belongs to
received as (

    select
        period,
        period_length,
        {% for stage in ['stage_1', 'stage_2', 'stage_3', 'ombudsman'] %}
            cast(sum(if(stage = '{{ stage }}', received, 0)) as bigint) as {{ stage }}_received,
        {% endfor %}
        procedure
    from {{ ref('int_period_measures') }}
    group by period, period_length, procedure

),

-- the cases whose stage 1 came in in the period, and how far they had got by the as-of day
cohorts as (

    select
        periods.period,
        stages.procedure,
        count(*) as stage_1_cohort,
        {{ count_where('complaints.escalated_to_stage_2') }} as went_on_to_stage_2,
        {{ count_where('complaints.escalated_to_stage_3') }} as went_on_to_stage_3,
        {{ count_where('complaints.reached_ombudsman') }} as went_on_to_ombudsman
    from {{ ref('int_stage_flags') }} as stages
    inner join periods on stages.financial_quarter = periods.financial_quarter
    inner join complaints
        on
            stages.source = complaints.source
            and stages.case_reference = complaints.case_reference
    where stages.stage = 'stage_1'
    group by periods.period, stages.procedure

),

final as (

    select
        received.*,
        coalesce(cohorts.stage_1_cohort, 0) as stage_1_cohort,
        coalesce(cohorts.went_on_to_stage_2, 0) as went_on_to_stage_2,
        coalesce(cohorts.went_on_to_stage_3, 0) as went_on_to_stage_3,
        coalesce(cohorts.went_on_to_ombudsman, 0) as went_on_to_ombudsman
    from received
    left join cohorts
        on
            received.period = cohorts.period
            and received.procedure = cohorts.procedure

)

select * from final
