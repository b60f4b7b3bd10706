{#- Fails for every text that is not yet in the form in which spellings are compared. -#}
{% test in_matched_form(model, column_name) %}
    select {{ column_name }}
    from {{ model }}
    where {{ column_name }} is distinct from {{ matched_form(column_name) }}
{% endtest %}
