-- A table: Spark mistakes the columns of a view that a condition names beside itself (3.5.8,
-- 28 November 2026).
{{ config(materialized='table') }}

with

sides as (

    select * from {{ ref('int_delivery_sides') }}

),

files as (

    select * from {{ ref('stg_delivery_files') }}

),

final as (

    select
        sides.delivery_number,
        sides.is_now,
        coalesce(files.file_series, files.file_name) as series,
        files.file_name,
        files.headers,
        files.columns_read,
        files.headers_not_read,
        files.has_last_line_end,
        files.rows_read
    from files
    inner join sides on files.delivery_number = sides.side_number

)

select * from final
