{{ config(tags=['reference']) }}

with

calendar as (

    select *
    from {{ ref('int_calendar') }}

),

time_limits as (

    select *
    from {{ ref('stg_time_limits') }}

),

limits_on_each_day as (

    select
        calendar.date,
        time_limits.*,
        row_number() over (
            partition by
                calendar.date, time_limits.procedure, time_limits.stage, time_limits.milestone
            order by time_limits.is_council_row desc, time_limits.valid_from desc
        ) as preference
    from calendar
    inner join time_limits
        on
            calendar.date >= time_limits.valid_from
            and calendar.date <= coalesce(time_limits.valid_to, calendar.date)

),

final as (

    select
        date,
        procedure,
        stage,
        milestone,
        working_days,
        extended_working_days,
        clock_starts
    from limits_on_each_day
    where preference = 1

)

select *
from final
