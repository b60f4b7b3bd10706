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
        date_columns() | reject('equalto', 'last_updated') | list,
        'column_name',
        'written'
    ) }}

),

final as (

    {{ written_dates('texts') }}

)

select * from final
