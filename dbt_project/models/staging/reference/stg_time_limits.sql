{{ config(materialized='table', tags=['reference']) }}

{{ council_rows_over('time_limits', ['procedure', 'stage', 'milestone', 'valid_from']) }}
