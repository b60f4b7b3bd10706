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
        time_limits.*
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
    qualify
        row_number() over (
            partition by date, procedure, stage, milestone
            order by is_council_row desc, valid_from desc
        ) = 1

)

select *
from final
