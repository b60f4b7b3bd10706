{{ config(materialized='table') }}

with

delivered_rows as (

    select * from {{ ref('stg_delivered_rows') }}

),

record_changes as (

    select * from {{ ref('stg_record_changes') }}

),

record_states as (

    select * from {{ ref('stg_record_states') }}

),

deliveries as (

    select * from {{ ref('stg_deliveries') }}

),

at_the_door as (

    select distinct delivery_number from {{ ref('int_delivery_sides') }}

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

-- What the log says of them until now: synonyms that have changed since do not decide it.
logged as (

    select
        record_id,
        max_by(state, state_number) as state,
        max(case when state = 'loaded' then state_number end) as last_loaded,
        max(case when state = 'left' then state_number end) as last_left
    from record_states
    where record_id in (select delivered_before.record_id from delivered_before)
    group by record_id

),

final as (

    select
        record_id,
        file_name,
        row_number,
        delivery_number,
        cast(null as bigint) as left_with_delivery,
        false as is_gone,
        true as is_kept
    from delivered_now

    union all

    select
        delivered_before.record_id,
        delivered_before.file_name,
        delivered_before.row_number,
        deliveries.last_delivery as delivery_number,
        delivered_before.left_with_delivery,
        coalesce(logged.state = 'left' and logged.last_loaded is null, false) as is_gone,
        coalesce(
            logged.state <> 'left'
            and (
                logged.last_loaded > coalesce(logged.last_left, 0)
                or at_the_door.delivery_number is null
            ),
            false
        ) as is_kept
    from delivered_before
    left join deliveries on delivered_before.left_with_delivery = deliveries.delivery_number
    left join at_the_door on delivered_before.left_with_delivery = at_the_door.delivery_number
    left join logged on delivered_before.record_id = logged.record_id

)

select * from final
