{#- The rows that one of two relations has oftener than the other, for tests that compare two ways
    of counting the same. Both name their columns in the same order. -#}
{% macro rows_in_one_only(one, other) -%}
    select * exclude (side)
    from (
        select
            *,
            1 as side
        from {{ one }}
        union all
        select
            *,
            -1 as side
        from {{ other }}
    )
    group by all
    having sum(side) != 0
{%- endmacro %}
