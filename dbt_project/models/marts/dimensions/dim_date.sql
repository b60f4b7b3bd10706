with

calendar as (

    select *
    from {{ ref('int_calendar') }}

),

bank_holidays as (

    select *
    from {{ ref('stg_bank_holidays') }}

),

final as (

    select
        calendar.date,
        calendar.is_working_day,
        bank_holidays.title as bank_holiday,
        calendar.financial_quarter,
        calendar.financial_year,
        calendar.quarter_start_date,
        calendar.quarter_end_date
    from calendar
    left join bank_holidays
        on calendar.date = bank_holidays.date

)

select *
from final
