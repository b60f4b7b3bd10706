-- Each distinct text is read once, however many rows have it. When a row was last updated, few rows
-- share: what can be cast there, int_current_records reads.
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
        {% if column == 'last_updated' %}
            where not {{ is_plain_date('last_updated') }}
        {% endif %}
        {% if not loop.last %}
            union
        {% endif %}
    {% endfor %}

),

final as (

    {{ written_dates('texts') }}

)

select * from final
