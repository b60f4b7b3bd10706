-- Each distinct text is read once, however many rows have it. When a row was last updated, few rows
-- share: int_current_records reads that.
{{ config(materialized='table') }}

with

texts as (

    {% for column in [
        'received_date', 'clock_start_date', 'acknowledged_date', 'panel_date', 'target_date',
        'responded_date'
    ] %}
        select {{ column }} as written from {{ source('raw', 'records') }}
        {% if not loop.last %}
            union
        {% endif %}
    {% endfor %}

),

final as (

    {{ written_dates('texts') }}

)

select * from final
