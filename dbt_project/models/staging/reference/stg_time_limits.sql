{{ config(materialized='table', tags=['reference']) }}

{{ council_rows_over(
    'time_limits',
    [
        'procedure', 'stage', 'milestone', 'clock_starts', 'working_days',
        'extended_working_days', 'valid_from', 'valid_to', 'source'
    ],
    ['procedure', 'stage', 'milestone', 'valid_from']
) }}
