{{ config(materialized='table', tags=['reference']) }}

{{ council_rows_over(
    'legal_bases',
    ['legal_basis', 'description', 'procedure'],
    ['legal_basis']
) }}
