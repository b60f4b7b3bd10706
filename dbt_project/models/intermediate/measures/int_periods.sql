with

calendar as (

    select * from {{ ref('int_calendar') }}

),

as_of_day as (

    select * from {{ ref('stg_run') }}

),

first_receipt as (

    select min(received_date) as first_received_date from {{ ref('int_stage_flags') }}

),

quarters as (

    select distinct
        calendar.financial_quarter,
        calendar.financial_year,
        calendar.quarter_start_date,
        calendar.quarter_end_date,
        calendar.quarter_end_date < as_of_day.as_of_day as is_complete
    from calendar
    cross join first_receipt
    cross join as_of_day
    where
        calendar.quarter_end_date >= first_receipt.first_received_date
        and calendar.quarter_start_date <= as_of_day.as_of_day

),

-- every quarter is there, so the quarter before is one row back and the year before is four
quarter_periods as (

    select
        financial_quarter as period,
        'quarter' as period_length,
        quarter_start_date as period_start_date,
        quarter_end_date as period_end_date,
        is_complete,
        lag(financial_quarter, 1) over all_quarters as previous_period,
        lag(financial_quarter, 4) over all_quarters as same_period_last_year,
        financial_quarter,
        financial_year
    from quarters
    window all_quarters as (order by quarter_start_date)

),

-- a year that the warehouse knows only from a later quarter on is no year
years as (

    select
        financial_year,
        min(quarter_start_date) as year_start_date,
        count(*) = 4 and bool_and(is_complete) as is_complete,
        lag(financial_year) over (order by min(quarter_start_date)) as previous_year
    from quarters
    group by financial_year
    having month(min(quarter_start_date)) = 4

),

year_periods as (

    select
        years.financial_year as period,
        'year' as period_length,
        years.year_start_date as period_start_date,
        cast(years.year_start_date + interval 1 year - interval 1 day as date) as period_end_date,
        years.is_complete,
        years.previous_year as previous_period,
        years.previous_year as same_period_last_year,
        quarters.financial_quarter,
        quarters.financial_year
    from years
    inner join quarters on years.financial_year = quarters.financial_year

),

final as (

    select * from quarter_periods

    union all

    select * from year_periods

)

select * from final
