{#-
    The rows of a seed with the council's own rows over them. A council row replaces the shipped
    row with the same key; is_council_row marks them. The council's rows come from
    reference/<seed>.csv of the home folder, loaded before dbt runs.
-#}
{% macro council_rows_over(seed, key_columns) -%}
    with

    shipped_rows as (

        select
            *,
            false as is_council_row
        from {{ ref(seed) }}

    ),

    council_rows as (

        select
            *,
            true as is_council_row
        from {{ source('council', 'council_' ~ seed) }}

    ),

    all_rows as (

        select *
        from shipped_rows

        union all by name

        select *
        from council_rows

    )

    select *
    from all_rows
    qualify
        row_number() over (
            partition by {{ key_columns | join(', ') }}
            order by is_council_row desc
        ) = 1
{%- endmacro %}
