{#-
    Fails for every row of which the expression is not true; null counts as not true. The expression
    may look at the other rows, over a window.
-#}
{% test rows_hold(model, expression, column_name=none) %}
    with these as (select *, {{ expression }} as is_right from {{ model }})

    select *
    from these
    where not coalesce(is_right, false)
{% endtest %}
