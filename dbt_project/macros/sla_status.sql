{#-
    Whether a limit was kept, in five values. A stage that has no due date, or was withdrawn, is
    measured by nothing; nor is what was not done by a day of a stage that was closed without one.
    One that is still open is in time up to and including the due date.
-#}
{% macro sla_status(due_date, met_on) -%}
    case
        when is_withdrawn or {{ due_date }} is null then 'not_applicable'
        when {{ met_on }} <= {{ due_date }} then 'in_time'
        when {{ met_on }} > {{ due_date }} then 'late'
        when is_closed_date_unknown then 'not_applicable'
        when as_of_day > {{ due_date }} then 'open_overdue'
        else 'open_in_time'
    end
{%- endmacro %}
