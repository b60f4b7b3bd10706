-- noqa: disable=layout.indent
{#-
    The records of an optional input that its newest delivery holds, each with its first place there and on
    how many lines it is written.
-#}
{% macro delivered_input(dataset) -%}
    select
        records.*,
        places.file_name,
        places.row_number,
        places.lines,
        coalesce(deliveries.reading, 0) as reading
    from {{ source('inputs', dataset ~ '_records') }} as records
    inner join (
        select
            record_id,
            min_by(file_name, file_position) as file_name,
            min_by(row_number, file_position) as row_number,
            count(*) as lines
        from {{ ref('stg_delivered_rows') }}
        where dataset = '{{ dataset }}'
        group by record_id
    ) as places on records.record_id = places.record_id
    left join {{ ref('stg_deliveries') }} as deliveries
        on records.first_delivery = deliveries.delivery_number
{%- endmacro %}


{#-
    An optional input typed: its columns of text as they are; of each other column what it reads as, and
    beside it, as …_text, what was written. dates are days, numbers and wholes (none below 0) are numbers,
    codes gives of a column the field of the synonyms, periods are those that a report can be of. more are
    further columns, each an expression with its name.
-#}
{% macro typed_input(
    dataset, texts=[], dates=[], numbers=[], wholes=[], codes={}, periods=[], more=[]
) -%}
    {%- set whole_number = '[0-9]{1,3}(,[0-9]{3})+|[0-9]{1,9}' %}
    with

    delivered as (

        {{ delivered_input(dataset) }}

    ),

    run as (

        select * from {{ source('runs', 'run') }}

    ),

    texts as (

        {% for column in dates %}
            select
                {{ column }} as written,
                reading
            from delivered
            {{ 'union all' if not loop.last }}
        {% else %}
            select
                cast(null as string) as written,
                0 as reading
        {% endfor %}

    ),

    written_dates as (

        {{ written_dates('texts') }}

    ),

    synonyms as (

        select * from {{ ref('stg_synonyms') }}

    ),

    read_values as (

        select
            delivered.record_id,
            delivered.source,
            delivered.field_count,
            delivered.header_field_count,
            delivered.lines,
            run.as_of_day,
            {% for column in texts %}
                delivered.{{ column }},
            {% endfor %}
            {% for column in dates + numbers + wholes + codes.keys() | list + periods %}
                delivered.{{ column }} as {{ column }}_text,
            {% endfor %}
            {% for column in dates %}
                {{ usable_date(column ~ '_days.day', 'run.earliest_date') }} as {{ column }},
            {% endfor %}
            {% for column in numbers %}
                {{ read_number("replace(delivered." ~ column ~ ", '£', '')") }} as {{ column }},
            {% endfor %}
            {% for column in wholes %}
                case
                    when {{ is_of_pattern('trim(delivered.' ~ column ~ ')', whole_number) }}
                        then cast(replace(trim(delivered.{{ column }}), ',', '') as bigint)
                end as {{ column }},
            {% endfor %}
            {% for column in codes %}
                {{ column }}_codes.value as {{ column }},
            {% endfor %}
            {% for column in periods %}
                {{ read_reported_period('delivered.' ~ column) }} as {{ column }},
            {% endfor %}
            delivered.file_name,
            delivered.row_number
        from delivered
        cross join run
        {% for column in dates %}
            left join written_dates as {{ column }}_days
                on
                    delivered.{{ column }} = {{ column }}_days.written
                    and delivered.reading = {{ column }}_days.reading
        {% endfor %}
        {% for column, field in codes.items() %}
            left join synonyms as {{ column }}_codes
                on
                    {{ matched_form('delivered.' ~ column) }} = {{ column }}_codes.written
                    and {{ column }}_codes.field = '{{ field }}'
        {% endfor %}

    )

    select
        {% for column in more %}
            {{ column }},
        {% endfor %}
        read_values.*
    from read_values
{%- endmacro %}


{#- The rows of a typed input that no rule holds back. -#}
{% macro loaded_rows(model) -%}
    select * from {{ ref(model) }} as typed
    where
        not exists (
            select 1 from {{ ref('int_findings') }} as findings
            where findings.is_holding and findings.record_id = typed.record_id
        )
{%- endmacro %}
