-- The delivery before stands beside the newest until the newest has passed the door.
with

delivered_rows as (

    select * from {{ source('raw', 'delivered_rows') }}

),

newest_deliveries as (

    select max(delivery_number) as delivery_number
    from {{ ref('stg_deliveries') }}
    group by source, dataset

),

final as (

    select
        delivered_rows.delivery_number,
        delivered_rows.source,
        delivered_rows.dataset,
        delivered_rows.file_name,
        delivered_rows.row_number,
        delivered_rows.file_position,
        delivered_rows.record_id
    from delivered_rows
    inner join newest_deliveries
        on delivered_rows.delivery_number = newest_deliveries.delivery_number

)

select * from final
