with

calendar as (

    select *
    from {{ ref('int_calendar') }}

),

bank_holidays as (

    select *
    from {{ ref('stg_bank_holidays') }}

),

council_years as (

    select distinct year(date) as calendar_year
    from bank_holidays
    where is_council_row

),

final as (

    select
        calendar.date,
        calendar.is_working_day,
        calendar.working_day_number,
        bank_holidays.title as bank_holiday,
        calendar.financial_quarter,
        calendar.financial_year,
        calendar.quarter_start_date,
        calendar.quarter_end_date,
        cast(date_trunc('week', calendar.date) as date) as week_start_date,
        cast(extract(week from calendar.date) as integer) as week_number,
        cast(date_trunc('month', calendar.date) as date) as month_start_date,
        cast(extract(month from calendar.date) as integer) as month_number,
        cast(extract(year from calendar.date) as integer) as calendar_year,
        year(calendar.date) <= {{ var('holidays_announced_to') }}
        or council_years.calendar_year is not null as has_announced_holidays
    from calendar
    left join council_years
        on year(calendar.date) = council_years.calendar_year
    left join bank_holidays
        on calendar.date = bank_holidays.date

)

select *
from final
