{#-
    Whether a limit was kept, in five values. A stage that has no due date, or was withdrawn, is
    measured by nothing; one that is still open is in time up to and including the due date.
-#}
{% macro sla_status(due_date, met_on, is_withdrawn, as_of_day) -%}
    case
        when {{ is_withdrawn }} or {{ due_date }} is null then 'not_applicable'
        when {{ met_on }} <= {{ due_date }} then 'in_time'
        when {{ met_on }} > {{ due_date }} then 'late'
        when {{ as_of_day }} > {{ due_date }} then 'open_overdue'
        else 'open_in_time'
    end
{%- endmacro %}
