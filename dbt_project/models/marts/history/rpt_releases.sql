with

releases as (

    select * from {{ ref('stg_releases') }}

),

final as (

    select
        release,
        period,
        profile,
        as_of_day,
        released_on,
        role
    from releases

)

select * from final
