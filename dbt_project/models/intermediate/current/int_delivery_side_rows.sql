{{ config(materialized='view') }}

with

sides as (

    select * from {{ ref('int_delivery_sides') }}

),

delivered_rows as (

    select * from {{ source('raw', 'delivered_rows') }}

),

final as (

    select
        sides.delivery_number,
        sides.is_now,
        delivered_rows.file_name,
        delivered_rows.record_id
    from delivered_rows
    inner join sides on delivered_rows.delivery_number = sides.side_number

)

select * from final
