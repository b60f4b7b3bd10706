with

as_of_day as (

    select * from {{ ref('stg_run') }}

),

authority as (

    select * from {{ ref('stg_authority') }}

),

quarters as (

    select * from {{ ref('int_periods') }}
    where period_length = 'quarter'

),

covered as (

    select
        min_by(period, period_start_date) as first_quarter,
        max_by(period, period_start_date) as last_quarter
    from quarters

),

final as (

    select
        as_of_day.as_of_day,
        as_of_day.run_id,
        covered.first_quarter,
        covered.last_quarter,
        authority.authority_name,
        authority.authority
    from as_of_day
    cross join covered
    cross join authority

)

select * from final
