-- Where a spreadsheet shows each row: a row of titles, the header and blank ones count there too.
{{ config(materialized='view') }}

with

places as (

    select * from {{ ref('int_record_places') }}

),

delivery_files as (

    select * from {{ ref('stg_delivery_files') }}
    where delivery_number is not null

),

final as (

    select
        places.record_id,
        delivery_files.source,
        places.file_name,
        places.row_number,
        places.row_number
        + {{ list_length(
            'filter(delivery_files.skipped_after, after -> after < places.row_number)'
        ) }}
            as spreadsheet_row
    from places
    left join delivery_files
        on
            places.delivery_number = delivery_files.delivery_number
            and places.file_name = delivery_files.file_name

)

select * from final
