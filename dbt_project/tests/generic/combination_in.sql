{#- Relationship on several columns: fails for every row without a counterpart in the other. -#}
{% test combination_in(model, columns, to) %}
    select {{ columns | join(', ') }}
    from {{ model }}
    anti join {{ to }} using ({{ columns | join(', ') }})
{% endtest %}
