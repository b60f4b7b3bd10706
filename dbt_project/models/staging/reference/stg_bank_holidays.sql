{{ config(materialized='table', tags=['reference']) }}

{{ council_rows_over('bank_holidays', ['date', 'title'], ['date']) }}
