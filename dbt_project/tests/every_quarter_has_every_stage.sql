-- From the first quarter with data to the as-of day's, no quarter, procedure or stage is missing.
with

as_of_day as (

    select * from {{ ref('stg_run') }}

),

dates as (

    select * from {{ ref('dim_date') }}

),

complaint_stages as (

    select * from {{ ref('fct_complaint_stages') }}

),

stages as (

    select * from {{ ref('stg_stages') }}

),

first_receipt as (

    select min(received_date) as first_received_date from complaint_stages

),

expected as (

    select distinct
        dates.financial_quarter,
        stages.procedure,
        stages.stage
    from dates
    cross join stages
    cross join as_of_day
    cross join first_receipt
    where dates.date between first_receipt.first_received_date and as_of_day.as_of_day

),

reported as (

    select
        financial_quarter,
        procedure,
        stage
    from {{ ref('rpt_quarterly_stages') }}

),

final as (

    {{ rows_in_one_only('expected', 'reported') }}

)

select * from final
