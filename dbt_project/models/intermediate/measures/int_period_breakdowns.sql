{#- Of a characteristic that is coded the code is published, never what was written. -#}
{%- set codes = characteristics().split() | select('in', coded_columns()) | list %}
{%- set parts = ('service_team outcome reasons ' ~ characteristics()).split() -%}

with

flags as (

    select * from {{ ref('int_stage_flags') }}

),

records as (

    select * from {{ ref('stg_records') }}

),

coded_texts as (

    select * from {{ ref('stg_coded_texts') }}

),

periods as (

    select * from {{ ref('int_periods') }}

),

stages as (

    select
        flags.financial_quarter,
        flags.procedure,
        flags.stage,
        flags.service_team,
        coalesce(flags.outcome, 'none') as outcome,
        coalesce(records.reasons, '') as reasons,
        {% for characteristic in characteristics().split() %}
            {% if characteristic in codes %}
                coalesce({{ characteristic }}_code.value, 'Not recorded') as {{ characteristic }},
            {% else %}
                coalesce(records.{{ characteristic }}, '') as {{ characteristic }},
            {% endif %}
        {% endfor %}
        flags.is_received,
        flags.is_eligible,
        flags.is_in_sla,
        flags.is_late,
        flags.is_open_in_time,
        flags.is_open_overdue,
        flags.is_upheld
    from flags
    inner join records on flags.record_id = records.record_id
    {% for code in codes %}
        left join coded_texts as {{ code }}_code
            on
                records.{{ code }} = {{ code }}_code.written
                and {{ code }}_code.field = '{{ code }}'
    {% endfor %}

),

-- One pass over the stages. None of the parts is null, so the one that a row is grouped by is the
-- one that is filled.
counted as (

    select
        financial_quarter,
        procedure,
        stage,
        case
            {% for part in parts %}
                when {{ part }} is not null then '{{ part }}'
            {% endfor %}
        end as breakdown,
        coalesce({{ parts | join(', ') }}) as value,
        {{ count_measures(breakdown_measures()) }}
    from stages
    group by
        financial_quarter, procedure, stage, grouping sets (({{ parts | join('), (') }}))

),

-- The different texts are few; each is read, and split into its reasons, once.
quarters as (

    select
        financial_quarter,
        procedure,
        stage,
        breakdown,
        coalesce(nullif({{ recorded_answer('value') }}, ''), 'Not recorded') as value,
        {{ breakdown_measures().split() | join(', ') }}
    from counted
    where breakdown <> 'reasons'

    {% for breakdown, found in [
        ('reason', reasons_in('value')), ('theme', themes_in('value'))
    ] %}
        union all

        select
            financial_quarter,
            procedure,
            stage,
            '{{ breakdown }}' as breakdown,
            {{ row_for_each(found) }} as value,
            {{ breakdown_measures().split() | join(', ') }}
        from counted
        where breakdown = 'reasons'
    {% endfor %}

),

final as (

    select
        periods.period,
        periods.period_length,
        quarters.procedure,
        quarters.stage,
        quarters.breakdown,
        quarters.value,
        {{ sum_measures(breakdown_measures(), 'quarters') }}
    from quarters
    inner join periods on quarters.financial_quarter = periods.financial_quarter
    group by all

)

select * from final
