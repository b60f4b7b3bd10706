{{ config(materialized='table', tags=['reference']) }}

{{ council_rows_over('contact_types', ['contact_type']) }}
