with

contact_types as (

    select * from {{ ref('stg_contact_types') }}

),

limited_types as (

    select distinct stage as contact_type
    from {{ ref('int_time_limits_by_day') }}
    where procedure = 'contact' and working_days is not null

),

final as (

    select
        contact_types.contact_type,
        contact_types.printed_name,
        contact_types.contact_number,
        limited_types.contact_type is not null as has_time_limit
    from contact_types
    left join limited_types on contact_types.contact_type = limited_types.contact_type

)

select * from final
