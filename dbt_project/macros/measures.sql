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
    received eligible in_sla late open_in_time open_overdue upheld
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

{#- The flags of a stage, one for each measure, from its dates, statuses and outcome. Every
    condition of a figure is here and nowhere else. -#}
{% macro stage_flags() -%}
    true as is_received,
    sla_status = 'in_time' as is_in_sla,
    is_in_sla_basic,
    is_in_sla_extended,
    sla_status = 'late' as is_late,
    sla_status = 'open_in_time' as is_open_in_time,
    sla_status = 'open_overdue' as is_open_overdue,
    sla_status = 'not_applicable' as is_not_applicable,
    sla_status_from_request = 'in_time' as is_in_sla_from_request,
    sla_status_from_request = 'late' as is_late_from_request,
    sla_status_from_request = 'open_in_time' as is_open_in_time_from_request,
    sla_status_from_request = 'open_overdue' as is_open_overdue_from_request,
    is_upheld,
    coalesce(outcome = 'upheld', false) as is_fully_upheld,
    coalesce(outcome = 'partially_upheld', false) as is_partially_upheld,
    coalesce(outcome = 'unknown', false) as is_outcome_unknown,
    responded_date is not null and outcome is null as is_without_outcome,
    is_withdrawn,
    is_closed_date_unknown,
    not is_withdrawn as is_eligible,
    responded_date is not null and not is_withdrawn as is_decided,
    sla_status in ('in_time', 'late', 'open_overdue') as is_due,
    extension_agreed as is_extension_agreed,
    coalesce(panel_sla_status = 'in_time', false) as is_panel_in_time,
    coalesce(panel_sla_status = 'late', false) as is_panel_late,
    coalesce(panel_sla_status = 'open_in_time', false) as is_panel_open_in_time,
    coalesce(panel_sla_status = 'open_overdue', false) as is_panel_open_overdue
{%- endmacro %}

{#- What a stage's flags are made of: as released, each stage is kept with these. -#}
{% macro columns_of_flags() -%}
    responded_date outcome is_upheld sla_status sla_status_from_request panel_sla_status
    is_in_sla_basic is_in_sla_extended is_withdrawn is_closed_date_unknown extension_agreed
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
