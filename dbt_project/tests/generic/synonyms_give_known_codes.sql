{#- Fails for every spelling that stands for a code which its column does not have. -#}
{% test synonyms_give_known_codes(model) %}
    with

    codes as (

        select
            'procedure' as field,
            procedure as value
        from {{ ref('stg_stages') }}

        union all

        select
            'stage' as field,
            stage as value
        from {{ ref('stg_stages') }}

        union all

        select
            'outcome' as field,
            outcome as value
        from {{ ref('stg_outcomes') }}

        union all

        select
            'legal_basis' as field,
            legal_basis as value
        from {{ ref('stg_legal_bases') }}

        union all

        select
            'extension_agreed' as field,
            unnest(['yes', 'no']) as value

    )

    select
        field,
        value
    from {{ model }}

    except

    select
        field,
        value
    from codes
{% endtest %}
