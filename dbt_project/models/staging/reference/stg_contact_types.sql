{{ config(materialized='table', tags=['reference']) }}

{{ council_rows_over(
    'contact_types', ['contact_type', 'printed_name', 'contact_number'], ['contact_type']
) }}
