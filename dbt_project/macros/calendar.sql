{#-
    Every day from the first to the last year with bank holidays, numbered by working days.

    bank_holidays is the name of a relation with a column date. Working days are Mondays to Fridays
    that are no bank holiday (SI 2006/1738 reg. 2). working_day_number counts them up to and
    including the day, so that "N working days after" and "working days between" are plain sums and
    equality joins. A year without bank holidays ends the calendar, because its days could not be
    distinguished.
-#}
{% macro calendar_days(bank_holidays) -%}
    with

    years as (

        select distinct year(date) as calendar_year
        from {{ bank_holidays }}

    ),

    numbered_years as (

        select
            calendar_year,
            calendar_year - min(calendar_year) over () as years_after_first,
            row_number() over (order by calendar_year) - 1 as years_before
        from years

    ),

    days as (

        select
            {{ row_for_each(every_day(
                'make_date(min(calendar_year), 1, 1)', 'make_date(max(calendar_year), 12, 31)'
            )) }} as date
        from numbered_years
        where years_after_first = years_before

    ),

    marked_days as (

        select
            date,
            {{ day_of_week('date') }} <= 5
            and date not in (select holiday.date from {{ bank_holidays }} as holiday)
                as is_working_day,
            year(date) - if(month(date) < 4, 1, 0) as first_year,
            {{ whole_quotient('((month(date) + 8) % 12)', 3) }} + 1 as quarter_number,
            cast(date_trunc('quarter', date) as date) as quarter_start_date
        from days

    )

    select
        date,
        is_working_day,
        cast(count(case when is_working_day then 1 end) over (order by date) as integer)
            as working_day_number,
        printf('%d-%02d Q%d', first_year, (first_year + 1) % 100, quarter_number)
            as financial_quarter,
        printf('%d-%02d', first_year, (first_year + 1) % 100) as financial_year,
        quarter_start_date,
        cast(quarter_start_date + interval 3 month - interval 1 day as date) as quarter_end_date
    from marked_days
{%- endmacro %}


{#-
    What was found in the calendar for a day of the year that is needed, or an error that says which
    year to add first: that one, or the next after the calendar's end. The message depends on the
    row and the result is stored, so the optimiser keeps it. A null year needs nothing.
-#}
{% macro found_in_calendar(found, needed_year, next_year) -%}
    case
        when {{ found }} is null and {{ needed_year }} is not null
            then
                {{ fail_with(
                    "'The calendar has no ' || least(" ~ needed_year ~ ", " ~ next_year ~ ")"
                    ~ " || ': add its bank holidays to reference/bank_holidays.csv'"
                ) }}
        else {{ found }}
    end
{%- endmacro %}
