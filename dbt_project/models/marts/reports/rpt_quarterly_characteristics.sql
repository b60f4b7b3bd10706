{%- set characteristics = [
    'complainant_type', 'age_band', 'gender', 'ethnicity', 'disability', 'sexual_orientation',
    'advocate'
] -%}

with

complaint_stages as (

    select * from {{ ref('fct_complaint_stages') }}

),

stage_rows as (

    select * from {{ ref('int_stage_rows') }}

),

-- One pass over the facts: the distinct combinations are few.
described as materialized (

    select
        {% for characteristic in characteristics %}
            stage_rows.{{ characteristic }},
        {% endfor %}
        complaint_stages.financial_quarter,
        complaint_stages.procedure,
        complaint_stages.stage,
        count(*) as complaints,
        count(*) filter (where not complaint_stages.is_withdrawn) as eligible
    from complaint_stages
    inner join stage_rows on complaint_stages.record_id = stage_rows.record_id
    group by all

),

final as (

    {% for characteristic in characteristics %}
        select
            financial_quarter,
            procedure,
            stage,
            '{{ characteristic }}' as characteristic,
            coalesce(nullif({{ characteristic }}, ''), 'Not recorded') as value,
            cast(sum(complaints) as bigint) as complaints,
            cast(sum(eligible) as bigint) as eligible
        from described
        group by all
        {% if not loop.last %}
            union all

        {% endif %}
    {% endfor %}
)

select * from final
