-- Each distinct text is read once, however many rows have it.
{{ config(materialized='table') }}

with

records as (

    select * from {{ ref('stg_records') }}

),

texts as (

    {% for column in date_columns() %}
        select
            {{ column }} as written,
            reading
        from records
        {% if not loop.last %}
            union
        {% endif %}
    {% endfor %}

),

final as (

    {{ written_dates('texts') }}

)

select * from final
