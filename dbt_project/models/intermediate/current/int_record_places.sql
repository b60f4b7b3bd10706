{{ config(materialized='table') }}

with

delivered_rows as (

    select * from {{ ref('stg_delivered_rows') }}

),

record_changes as (

    select * from {{ ref('stg_record_changes') }}

),

-- Of rows with the same content the first is the record's place, the others are duplicates.
delivered_now as (

    select
        record_id,
        min_by(file_name, file_position) as file_name,
        min_by(row_number, file_position) as row_number,
        min_by(delivery_number, file_position) as delivery_number
    from delivered_rows
    group by record_id

),

newest_changes as (

    select
        record_id,
        max(delivery_number) as left_with_delivery,
        max_by(is_delivered, delivery_number) as is_delivered,
        max_by(file_name, delivery_number) as file_name,
        max_by(row_number, delivery_number) as row_number
    from record_changes
    group by record_id

),

delivered_before as (

    select * from newest_changes
    where not is_delivered

),

final as (

    select
        record_id,
        file_name,
        row_number,
        delivery_number,
        cast(null as bigint) as left_with_delivery
    from delivered_now

    union all

    select
        record_id,
        file_name,
        row_number,
        cast(null as bigint) as delivery_number,
        left_with_delivery
    from delivered_before

)

select * from final
