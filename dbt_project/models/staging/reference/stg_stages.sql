{{ config(materialized='table', tags=['reference']) }}

{{ council_rows_over(
    'stages',
    ['procedure', 'stage', 'stage_number', 'printed_name'],
    ['procedure', 'stage']
) }}
