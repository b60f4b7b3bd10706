-- The other cohort: what was closed in the period, whenever it was received.
with

quarters_of_periods as (

    select * from {{ ref('int_periods') }}

),

periods as (

    {{ reported_periods() }}

),

stages as (

    select * from {{ ref('stg_stages') }}

),

calendar as (

    select * from {{ ref('int_calendar') }}

),

answered as (

    select * from {{ ref('int_stage_flags') }}
    where responded_date is not null

),

closed as (

    select
        quarters_of_periods.period,
        answered.procedure,
        answered.stage,
        count(*) as closed,
        {{ count_measures('withdrawn in_sla late upheld') }},
        sum(case when answered.is_decided then answered.working_days_taken end)
            as working_days_total,
        avg(case when answered.is_decided then answered.working_days_taken end)
            as average_working_days,
        median(case when answered.is_decided then answered.working_days_taken end)
            as median_working_days
    from answered
    inner join calendar on answered.responded_date = calendar.date
    inner join quarters_of_periods
        on calendar.financial_quarter = quarters_of_periods.financial_quarter
    group by quarters_of_periods.period, answered.procedure, answered.stage

),

final as (

    select
        periods.period,
        periods.period_length,
        stages.procedure,
        stages.stage,
        stages.stage_number,
        {% for measure in 'closed withdrawn in_sla late upheld working_days_total'.split() %}
            cast(coalesce(closed.{{ measure }}, 0) as bigint) as {{ measure }},
        {% endfor %}
        closed.average_working_days,
        closed.median_working_days
    from periods
    cross join stages
    left join closed
        on
            periods.period = closed.period
            and stages.procedure = closed.procedure
            and stages.stage = closed.stage

)

select * from final
