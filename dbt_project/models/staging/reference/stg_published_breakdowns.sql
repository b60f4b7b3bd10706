{{ config(materialized='table', tags=['reference']) }}

{{ council_rows_over(
    'published_breakdowns',
    [
        'report', 'section', 'period', 'procedure', 'stage', 'breakdown', 'value', 'received',
        'in_sla', 'upheld'
    ],
    ['report', 'section', 'period', 'procedure', 'stage', 'breakdown', 'value']
) }}
