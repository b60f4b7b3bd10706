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

spans as (

    select
        spans.period_length,
        spans.ending,
        spans.first_number,
        spans.last_number
    from (
        values
        ('year', '', 1, 4),
        ('half_year', ' H1', 1, 2),
        ('half_year', ' H2', 3, 4),
        ('year_to_date', ' Q1-Q3', 1, 3)
    ) as spans (period_length, ending, first_number, last_number)

),

quarters_of_spans as (

    select
        quarters.*,
        spans.*,
        quarters.financial_year || spans.ending as period,
        cast(right(quarters.financial_quarter, 1) as integer) as quarter_number
    from quarters
    inner join spans
        on
            cast(right(quarters.financial_quarter, 1) as integer)
            between spans.first_number and spans.last_number

),

-- a year that the warehouse knows only from a later quarter on is no year; a half year likewise
known_spans as (

    select
        period,
        period_length,
        min(quarter_start_date) as period_start_date,
        count(*) = max(last_number) - max(first_number) + 1
        and bool_and(is_complete) as is_complete,
        lag(period) over (
            partition by period_length order by min(quarter_start_date)
        ) as previous_period,
        lag(period) over (
            partition by ending order by min(quarter_start_date)
        ) as same_period_last_year
    from quarters_of_spans
    group by period, period_length, ending
    having min(quarter_number) = max(first_number)

),

span_periods as (

    select
        known_spans.period,
        known_spans.period_length,
        known_spans.period_start_date,
        cast(
            known_spans.period_start_date
            + (quarters.last_number - quarters.first_number + 1) * interval 3 month
            - interval 1 day as date
        ) as period_end_date,
        known_spans.is_complete,
        known_spans.previous_period,
        known_spans.same_period_last_year,
        quarters.financial_quarter,
        quarters.financial_year
    from known_spans
    inner join quarters_of_spans as quarters on known_spans.period = quarters.period

),

final as (

    select * from quarter_periods

    union all

    select * from span_periods

)

select * from final
