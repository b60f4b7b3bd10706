{#- What is counted of the stages received. Each name is a column of the models that count, and
    is_<name> is the flag of int_stage_flags that says of a stage whether it belongs to the count. -#}
{% macro measures() -%}
    received in_sla in_sla_basic in_sla_extended late open_in_time open_overdue not_applicable
    in_sla_from_request late_from_request open_in_time_from_request open_overdue_from_request
    upheld fully_upheld partially_upheld outcome_unknown without_outcome
    withdrawn closed_date_unknown eligible decided due extension_agreed
    panel_in_time panel_late panel_open_in_time panel_open_overdue
{%- endmacro %}

{#- Those that are also counted for each team, reason, outcome and characteristic. -#}
{% macro breakdown_measures() -%}
    received eligible in_sla upheld
{%- endmacro %}

{#- What is recorded of the person who complains, and of the child or young person. -#}
{% macro characteristics() -%}
    complainant_type age_band gender ethnicity disability sexual_orientation advocate
{%- endmacro %}

{#- Names as texts, for a list to be in. -#}
{% macro quoted_names(names) -%}
    ('{{ names.split() | join("', '") }}')
{%- endmacro %}

{#- The counts of the measures named, over rows that have their flags. -#}
{% macro count_measures(names) -%}
    {% for measure in names.split() -%}
        {{ count_where("is_" ~ measure) }} as {{ measure }}{{ "," if not loop.last }}
    {% endfor %}
{%- endmacro %}

{#- Counts of parts, added up. -#}
{% macro sum_measures(names, relation) -%}
    {% for measure in names.split() -%}
        cast(coalesce(sum({{ relation }}.{{ measure }}), 0) as bigint) as {{ measure }}{{ "," if not loop.last }}
    {% endfor %}
{%- endmacro %}

{% macro count_where(condition) -%}
    count(case when {{ condition }} then 1 end)
{%- endmacro %}

{#- The periods that reports print, each once, with its days. -#}
{% macro reported_periods() -%}
    select distinct
        period,
        period_length,
        period_start_date,
        period_end_date
    from {{ ref('int_periods') }}
{%- endmacro %}
