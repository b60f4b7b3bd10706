{{ config(materialized='table') }}

with

deliveries as (

    select * from {{ ref('stg_deliveries') }}

),

files as (

    select * from {{ ref('stg_delivery_files') }}
    where delivery_number is not null

),

-- Those whose rows have no fates yet are at the door.
at_the_door as (

    select deliveries.*
    from deliveries
    where
        deliveries.delivery_number in (
            select files.delivery_number from files
            where files.status = 'loaded' and files.rows_loaded is null
        )

),

-- The delivery and the last one side by side: delivery_number is that of the one at the door.
sides as (

    select
        delivery_number,
        delivery_number as side_number,
        true as is_now
    from at_the_door

    union all

    select
        delivery_number,
        last_delivery as side_number,
        false as is_now
    from at_the_door
    where last_delivery is not null

),

side_sizes as (

    select
        sides.delivery_number,
        coalesce(sum(case when sides.is_now then files.rows_read end), 0) as rows_now,
        coalesce(sum(case when not sides.is_now then files.rows_read end), 0) as rows_before
    from sides
    inner join files on sides.side_number = files.delivery_number
    group by sides.delivery_number

),

final as (

    select
        at_the_door.delivery_number,
        at_the_door.source,
        at_the_door.dataset,
        at_the_door.optional_columns,
        at_the_door.names_not_found,
        at_the_door.door,
        at_the_door.last_delivery,
        sides.side_number,
        sides.is_now,
        side_sizes.rows_now,
        side_sizes.rows_before,
        greatest(side_sizes.rows_now, side_sizes.rows_before) >= at_the_door.door['rows_from']
            as is_large
    from at_the_door
    inner join sides on at_the_door.delivery_number = sides.delivery_number
    inner join side_sizes on at_the_door.delivery_number = side_sizes.delivery_number

)

select * from final
