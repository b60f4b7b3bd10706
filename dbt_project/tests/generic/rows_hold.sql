{#- Fails for every row of which the expression is not true; null counts as not true. -#}
{% test rows_hold(model, expression, column_name=none) %}
    select *
    from {{ model }}
    where not coalesce({{ expression }}, false)
{% endtest %}
