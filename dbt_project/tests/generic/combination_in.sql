{#- Relationship on several columns: fails for every row without a counterpart in the other. -#}
{% test combination_in(model, columns, to) %}
    select {{ columns | join(', ') }}
    from {{ model }} as these
    where
        not exists (
            select 1
            from {{ to }} as those
            where
                {% for column in columns %}
                    these.{{ column }} = those.{{ column }}{{ " and" if not loop.last }}
                {% endfor %}
        )
{% endtest %}
