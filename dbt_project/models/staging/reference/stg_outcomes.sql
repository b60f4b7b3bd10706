{{ config(materialized='table', tags=['reference']) }}

{{ council_rows_over('outcomes', ['outcome']) }}
