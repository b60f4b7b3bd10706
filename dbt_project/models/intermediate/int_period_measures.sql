{{ config(materialized='view') }}

with

quarterly_measures as (

    select * from {{ ref('int_quarterly_measures') }}

),

quarters as (

    select
        financial_quarter as period,
        'quarter' as period_length,
        quarter_start_date as period_start_date,
        *
    from quarterly_measures

),

years as (

    select
        financial_year as period,
        'year' as period_length,
        min(quarter_start_date) over (partition by financial_year) as period_start_date,
        *
    from quarterly_measures

),

periods as (

    select * from quarters

    union all

    -- a year that the warehouse knows only from a later quarter on is no year
    select * from years
    where month(period_start_date) = 4

),

final as (

    select
        period,
        period_length,
        period_start_date,
        procedure,
        stage,
        {% for measure in [
            'received', 'eligible', 'in_sla', 'in_sla_basic', 'in_sla_extended', 'late', 'upheld',
            'fully_upheld', 'partially_upheld'
        ] %}
            cast(sum({{ measure }}) as bigint) as {{ measure }},
        {% endfor %}
        bool_or(has_time_limit) as has_time_limit
    from periods
    group by all

)

select * from final
