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
    beside it, as …_text, what was written. dates are days, pounds and wholes are numbers, none below 0,
    codes gives of a column the field of the synonyms, periods are those that a report can be of, and reads
    gives of a column an expression over delivered. more are further columns, each an expression with its
    name; alike is what of a text decides whether two rows say the same, and repeats_if which rows can.
-#}
{% macro typed_input(
    dataset,
    texts=[], dates=[], pounds=[], wholes=[], codes={}, periods=[], reads={}, more=[], alike={},
    repeats_if='true'
) -%}
    {%- set whole_number = '[0-9]{1,3}(,[0-9]{3}){1,2}|[0-9]{1,9}' %}
    {%- set amount = '£? ?(' ~ whole_number ~ ')(\\.[0-9]+)?' %}
    {%- set typed = dates + pounds + wholes + codes.keys() | list + periods + reads.keys() | list %}
    {%- set said = [] %}
    {%- for column in texts %}
        {%- do said.append(alike.get(column, column)) %}
    {%- endfor %}
    {%- for column in typed %}
        {%- do said.append('coalesce(cast(' ~ column ~ ' as string), ' ~ column ~ '_text)') %}
    {%- endfor %}
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
            {% for column in typed %}
                delivered.{{ column }} as {{ column }}_text,
            {% endfor %}
            {% for column in dates %}
                {{ usable_date(column ~ '_days.day', 'run.earliest_date') }} as {{ column }},
            {% endfor %}
            {% for column in pounds %}
                case
                    when {{ is_of_pattern('trim(delivered.' ~ column ~ ')', amount) }}
                        then cast(
                            trim(replace(replace(delivered.{{ column }}, '£', ''), ',', '')) as double
                        )
                end as {{ column }},
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
            {% for column, value in reads.items() %}
                {{ value }} as {{ column }},
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
        read_values.*,
        {{ repeats_if }} and {{ is_repeat(said) }} as is_duplicate
    from read_values
{%- endmacro %}


{#-
    Whether a row says, however it is written, what one before it of the same source says: the same in every
    column that is given. Of a line with too many or too few fields nobody knows.
-#}
{% macro is_repeat(columns) -%}
    field_count = header_field_count
    and row_number() over (
        partition by source, field_count, {{ columns | join(', ') }}
        order by file_name, row_number, record_id
    ) > 1
{%- endmacro %}


{#- The rows of a typed input that no rule holds back, each once. -#}
{% macro loaded_rows(model) -%}
    select * from {{ ref(model) }} as typed
    where
        not typed.is_duplicate
        and not exists (
            select 1 from {{ ref('int_findings') }} as findings
            where findings.is_holding and findings.record_id = typed.record_id
        )
{%- endmacro %}
