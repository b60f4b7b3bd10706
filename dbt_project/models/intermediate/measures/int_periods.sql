{{ config(materialized='view') }}

with

quarters as (

    select distinct
        financial_quarter,
        financial_year,
        quarter_start_date,
        quarter_end_date,
        is_complete
    from {{ ref('int_quarterly_measures') }}

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
whole_years as (

    select
        financial_year,
        min(quarter_start_date) as year_start_date,
        count(*) = 4 and bool_and(is_complete) as is_complete
    from quarters
    group by financial_year
    having month(min(quarter_start_date)) = 4

),

named_years as (

    select
        *,
        lag(financial_year) over (order by year_start_date) as previous_year
    from whole_years

),

year_periods as (

    select
        named_years.financial_year as period,
        'year' as period_length,
        named_years.year_start_date as period_start_date,
        (named_years.year_start_date + interval 1 year - interval 1 day)::date
            as period_end_date,
        named_years.is_complete,
        named_years.previous_year as previous_period,
        named_years.previous_year as same_period_last_year,
        quarters.financial_quarter,
        quarters.financial_year
    from named_years
    inner join quarters on named_years.financial_year = quarters.financial_year

),

final as (

    select * from quarter_periods

    union all

    select * from year_periods

)

select * from final
