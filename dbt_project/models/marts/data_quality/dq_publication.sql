with

as_of_day as (

    select * from {{ ref('stg_run') }}

),

quarterly_measures as (

    select * from {{ ref('int_quarterly_measures') }}

),

covered as (

    select
        arg_min(financial_quarter, quarter_start_date) as first_quarter,
        arg_max(financial_quarter, quarter_start_date) as last_quarter
    from quarterly_measures

),

final as (

    select
        as_of_day.as_of_day,
        as_of_day.run_id,
        covered.first_quarter,
        covered.last_quarter
    from as_of_day
    cross join covered

)

select * from final
