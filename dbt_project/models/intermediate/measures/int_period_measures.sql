with

periods as (

    select * from {{ ref('int_periods') }}

),

stages as (

    select * from {{ ref('stg_stages') }}

),

calendar as (

    select * from {{ ref('int_calendar') }}

),

time_limits as (

    select * from {{ ref('int_time_limits_by_day') }}
    where milestone = 'response' and working_days is not null

),

held_rows as (

    select * from {{ ref('int_held_rows') }}

),

counted as (

    select
        financial_quarter,
        procedure,
        stage,
        {{ count_measures(measures()) }}
    from {{ ref('int_stage_flags') }}
    group by financial_quarter, procedure, stage

),

held_back as (

    select
        calendar.financial_quarter,
        held_rows.procedure,
        held_rows.stage,
        count(*) as held_back
    from held_rows
    inner join calendar on held_rows.received_date = calendar.date
    group by calendar.financial_quarter, held_rows.procedure, held_rows.stage

),

limited as (

    select distinct
        calendar.financial_quarter,
        time_limits.procedure,
        time_limits.stage
    from time_limits
    inner join calendar on time_limits.date = calendar.date

),

final as (

    select
        periods.period,
        periods.period_length,
        periods.period_start_date,
        periods.period_end_date,
        periods.is_complete,
        periods.previous_period,
        periods.same_period_last_year,
        periods.financial_year,
        stages.procedure,
        stages.stage,
        stages.stage_number,
        bool_or(limited.stage is not null) as has_time_limit,
        {{ sum_measures(measures(), 'counted') }},
        {{ sum_measures('held_back', 'held_back') }}
    from periods
    cross join stages
    left join counted
        on
            periods.financial_quarter = counted.financial_quarter
            and stages.procedure = counted.procedure
            and stages.stage = counted.stage
    left join held_back
        on
            periods.financial_quarter = held_back.financial_quarter
            and stages.procedure = held_back.procedure
            and stages.stage = held_back.stage
    left join limited
        on
            periods.financial_quarter = limited.financial_quarter
            and stages.procedure = limited.procedure
            and stages.stage = limited.stage
    group by all

)

select * from final
