with

erasures as (

    select * from {{ ref('stg_erasures') }}

),

final as (

    select
        recorded_on as erased_on,
        way,
        cause,
        role,
        count(*) as cases
    from erasures
    group by recorded_on, way, cause, role

)

select * from final
