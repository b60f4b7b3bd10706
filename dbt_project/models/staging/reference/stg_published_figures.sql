{{ config(materialized='table', tags=['reference']) }}

{{ council_rows_over(
    'published_figures',
    ['report', 'section', 'period', 'procedure', 'stage', 'measure', 'unit', 'printed'],
    ['report', 'section', 'period', 'procedure', 'stage', 'measure', 'unit']
) }}
