-- What became of each row of the newest deliveries: the first fate that fits.
{{ config(materialized='view') }}

with

delivered_rows as (

    select * from {{ ref('stg_delivered_rows') }}

),

current_records as (

    select * from {{ ref('int_current_records') }}

),

states as (

    select * from {{ ref('int_record_states') }}

),

numbered as (

    select
        *,
        min(file_position) over (partition by record_id) as first_position
    from delivered_rows

),

final as (

    select
        numbered.delivery_number,
        numbered.source,
        numbered.dataset,
        numbered.file_name,
        numbered.row_number,
        numbered.record_id,
        case
            when
                numbered.file_position > numbered.first_position
                or current_records.is_duplicate
                or numbered.record_id in (
                    select duplicates.record_id from {{ ref('int_duplicate_inputs') }} as duplicates
                )
                then 'duplicate'
            when current_records.is_superseded then 'superseded'
            when states.state = 'held' then 'quarantined'
            when states.logged_state = 'loaded' then 'unchanged'
            else 'loaded'
        end as fate
    from numbered
    left join current_records on numbered.record_id = current_records.record_id
    left join states on numbered.record_id = states.record_id

)

select * from final
