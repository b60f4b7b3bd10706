-- Each distinct text is read once, however many rows have it. When a row was last updated, few rows
-- share: what can be cast there, int_current_records reads.
{{ config(materialized='table') }}

with

records as (

    select * from {{ ref('stg_records') }}

),

fields as (

    {{ rows_of_columns('records', ['reading'], date_columns(), 'column_name', 'written') }}

),

texts as (

    select distinct
        written,
        reading
    from fields
    where column_name <> 'last_updated' or not {{ is_plain_date('written') }}

),

final as (

    {{ written_dates('texts') }}

)

select * from final
