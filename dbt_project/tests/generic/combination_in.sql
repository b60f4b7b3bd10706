{#- Relationship on several columns: fails for every row without a counterpart in the other. -#}
{% test combination_in(model, columns, to) %}
    -- where the test has a condition, dbt gives the model as a subquery with a name of its own
    with these as (select * from {{ model }})

    select {{ columns | join(', ') }}
    from these
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
