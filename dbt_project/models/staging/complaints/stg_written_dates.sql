-- Each distinct text is read once, however many rows have it.
{{ config(materialized='table') }}

with

records as (

    select * from {{ ref('stg_records') }}

),

texts as (

    {{ rows_of_columns(
        'records',
        ['reading'],
        day_columns(),
        'column_name',
        'written'
    ) }}

),

final as (

    {{ written_dates('texts') }}

)

select * from final
