-- Rows of optional inputs that say, written otherwise, what one before them says.
{{ config(materialized='table') }}

{% set inputs = [
    'benchmarks', 'caseload', 'commentary', 'contacts', 'indicators', 'learning_actions',
    'population', 'recommendations', 'remedies', 'team_changes', 'teams'
] -%}

{% for input in inputs %}
    select record_id
    from {{ ref('stg_' ~ input) }}
    where is_duplicate
    {{ 'union all' if not loop.last }}
{% endfor %}
