-- Each distinct text is read once, however many rows have it.
{{ config(materialized='table') }}

{%- set texts -%}
    {% for column in [
        'received_date', 'clock_start_date', 'acknowledged_date', 'panel_date', 'target_date',
        'responded_date', 'last_updated'
    ] %}
        select {{ column }} as written from {{ source('raw', 'records') }}
        {{ 'union' if not loop.last }}
    {% endfor %}
{%- endset %}

{{ written_dates(texts) }}
