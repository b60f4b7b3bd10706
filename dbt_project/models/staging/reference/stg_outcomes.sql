{{ config(materialized='table', tags=['reference']) }}

{{ council_rows_over(
    'outcomes',
    ['outcome', 'is_upheld', 'description', 'outcome_number', 'printed_name'],
    ['outcome']
) }}
