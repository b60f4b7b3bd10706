{#-
    The rows of a seed with the council's own rows over them. A council row replaces the shipped
    row with the same key; is_council_row marks them. The council's rows come from
    reference/<seed>.csv of the home folder, loaded before dbt runs.
-#}
{% macro council_rows_over(seed, columns, key_columns) -%}
    {%- set columns = columns | join(', ') %}
    with

    shipped_rows as (

        select
            {{ columns }},
            false as is_council_row
        from {{ ref(seed) }}

    ),

    council_rows as (

        select
            {{ columns }},
            true as is_council_row
        from {{ source('council', 'council_' ~ seed) }}

    ),

    rows_of_both as (

        select *
        from shipped_rows

        union all

        select *
        from council_rows

    ),

    preferred as (

        select
            *,
            row_number() over (
                partition by {{ key_columns | join(', ') }}
                order by is_council_row desc
            ) as preference
        from rows_of_both

    )

    select
        {{ columns }},
        is_council_row
    from preferred
    where preference = 1
{%- endmacro %}
