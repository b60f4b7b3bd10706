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

complaints as (

    select * from {{ ref('fct_complaints') }}

),

-- what came in at each stage in the period, whichever cases it belongs to
received as (

    select
        period,
        period_length,
        {% for stage in ['stage_1', 'stage_2', 'stage_3', 'ombudsman'] %}
            cast(coalesce(sum(received) filter (where stage = '{{ stage }}'), 0) as bigint)
                as {{ stage }}_received,
        {% endfor %}
        procedure
    from period_measures
    group by all

),

-- the cases whose stage 1 came in in the period, and how far they had got by the as-of day
cohorts as (

    select
        periods.period,
        complaint_stages.procedure,
        count(*) as stage_1_cohort,
        count(*) filter (where complaints.escalated_to_stage_2) as went_on_to_stage_2,
        count(*) filter (where complaints.escalated_to_stage_3) as went_on_to_stage_3,
        count(*) filter (where complaints.reached_ombudsman) as went_on_to_ombudsman
    from complaint_stages
    inner join periods on complaint_stages.financial_quarter = periods.financial_quarter
    inner join complaints
        on
            complaint_stages.source = complaints.source
            and complaint_stages.case_reference = complaints.case_reference
    where complaint_stages.stage = 'stage_1'
    group by all

),

final as (

    select
        received.period,
        received.period_length,
        received.procedure,
        received.stage_1_received,
        received.stage_2_received,
        received.stage_3_received,
        received.ombudsman_received,
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
