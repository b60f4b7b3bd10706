{#- What DuckDB and Spark write differently, each under one name. Everything else in the models is
    SQL that both understand (`make lint` sees to it: lint/portable.py). A third engine adds its
    spelling here and nowhere else. Patterns are such as RE2 and Java read alike: `\z` is the end of
    a text, where Java's `$` also stands before a last line break; `\1` is a group in a
    replacement. -#}

{#- Division of whole numbers that drops the remainder. -#}
{% macro whole_quotient(dividend, divisor) -%}
    {{ adapter.dispatch('whole_quotient')(dividend, divisor) }}
{%- endmacro %}
{% macro default__whole_quotient(dividend, divisor) -%} ({{ dividend }} // {{ divisor }}) {%- endmacro %}
{% macro spark__whole_quotient(dividend, divisor) -%} ({{ dividend }} div {{ divisor }}) {%- endmacro %}

{#- A list of the expressions given. -#}
{% macro list_of(expressions) -%} {{ adapter.dispatch('list_of')(expressions) }} {%- endmacro %}
{% macro default__list_of(expressions) -%} [{{ expressions | join(', ') }}] {%- endmacro %}
{% macro spark__list_of(expressions) -%} array({{ expressions | join(', ') }}) {%- endmacro %}

{#- How many elements a list has. -#}
{% macro list_length(elements) -%} {{ adapter.dispatch('list_length')(elements) }} {%- endmacro %}
{% macro default__list_length(elements) -%} len({{ elements }}) {%- endmacro %}
{% macro spark__list_length(elements) -%} array_size({{ elements }}) {%- endmacro %}

{#- A list of texts in one. -#}
{% macro list_joined(elements, separator) -%}
    {{ adapter.dispatch('list_joined')(elements, separator) }}
{%- endmacro %}
{% macro default__list_joined(elements, separator) -%}
    array_to_string({{ elements }}, '{{ separator }}')
{%- endmacro %}
{% macro spark__list_joined(elements, separator) -%}
    array_join({{ elements }}, '{{ separator }}')
{%- endmacro %}

{#- One row for each element of a list; it stands once in a select list. -#}
{% macro row_for_each(elements) -%} {{ adapter.dispatch('row_for_each')(elements) }} {%- endmacro %}
{% macro default__row_for_each(elements) -%} unnest({{ elements }}) {%- endmacro %}
{% macro spark__row_for_each(elements) -%} explode({{ elements }}) {%- endmacro %}

{#- The same with the element's place in the list, from whatever number on. -#}
{% macro row_and_place_for_each(elements, element, place) -%}
    {{ adapter.dispatch('row_and_place_for_each')(elements, element, place) }}
{%- endmacro %}
{% macro default__row_and_place_for_each(elements, element, place) -%}
    unnest({{ elements }}) as {{ element }},
    generate_subscripts({{ elements }}, 1) as {{ place }}
{%- endmacro %}
{% macro spark__row_and_place_for_each(elements, element, place) -%}
    posexplode({{ elements }}) as ({{ place }}, {{ element }})
{%- endmacro %}

{#- The parts of a text between separators, trimmed, each once, without blanks, as a list. -#}
{% macro trimmed_parts(text, separator) -%}
    {{ adapter.dispatch('trimmed_parts')(text, separator) }}
{%- endmacro %}
{% macro default__trimmed_parts(text, separator) -%}
    list_distinct(
        list_filter(
            list_transform(
                string_split({{ text }}, '{{ separator }}'),
                lambda part: trim(part)
            ),
            lambda part: part <> ''
        )
    )
{%- endmacro %}
{% macro spark__trimmed_parts(text, separator) -%}
    array_distinct(
        filter(
            transform(
                split({{ text }}, '{{ separator }}'),
                part -> trim(part)
            ),
            part -> part <> ''
        )
    )
{%- endmacro %}

{#- The elements of a list for which a condition on `part` holds. -#}
{% macro parts_where(elements, condition) -%}
    {{ adapter.dispatch('parts_where')(elements, condition) }}
{%- endmacro %}
{% macro default__parts_where(elements, condition) -%}
    list_filter({{ elements }}, lambda part: {{ condition }})
{%- endmacro %}
{% macro spark__parts_where(elements, condition) -%}
    filter({{ elements }}, part -> {{ condition }})
{%- endmacro %}

{#- Texts of a group in one, in the order of another column. -#}
{% macro texts_joined(text, separator, order_by) -%}
    {{ adapter.dispatch('texts_joined')(text, separator, order_by) }}
{%- endmacro %}
{% macro default__texts_joined(text, separator, order_by) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}
{% macro spark__texts_joined(text, separator, order_by) -%}
    array_join(
        transform(
            array_sort(collect_list(named_struct('place', {{ order_by }}, 'text', {{ text }}))),
            each -> each.text
        ),
        '{{ separator }}'
    )
{%- endmacro %}

{#- Every day from one to another, as a list of dates. -#}
{% macro every_day(first_day, last_day) -%}
    {{ adapter.dispatch('every_day')(first_day, last_day) }}
{%- endmacro %}
{% macro default__every_day(first_day, last_day) -%}
    cast(generate_series({{ first_day }}, {{ last_day }}, interval 1 day) as date[])
{%- endmacro %}
{% macro spark__every_day(first_day, last_day) -%}
    sequence({{ first_day }}, {{ last_day }}, interval 1 day)
{%- endmacro %}

{#- The day of the week, Monday 1 to Sunday 7. -#}
{% macro day_of_week(day) -%} {{ adapter.dispatch('day_of_week')(day) }} {%- endmacro %}
{% macro default__day_of_week(day) -%} isodow({{ day }}) {%- endmacro %}
{% macro spark__day_of_week(day) -%} (weekday({{ day }}) + 1) {%- endmacro %}

{#- Whole days, or milliseconds, from one to another. -#}
{% macro days_between(first_day, last_day) -%}
    {{ adapter.dispatch('days_between')(first_day, last_day) }}
{%- endmacro %}
{% macro default__days_between(first_day, last_day) -%}
    date_diff('day', {{ first_day }}, {{ last_day }})
{%- endmacro %}
{% macro spark__days_between(first_day, last_day) -%}
    datediff({{ last_day }}, {{ first_day }})
{%- endmacro %}
{% macro milliseconds_between(first_moment, last_moment) -%}
    {{ adapter.dispatch('milliseconds_between')(first_moment, last_moment) }}
{%- endmacro %}
{% macro default__milliseconds_between(first_moment, last_moment) -%}
    date_diff('millisecond', {{ first_moment }}, {{ last_moment }})
{%- endmacro %}
{% macro spark__milliseconds_between(first_moment, last_moment) -%}
    timestampdiff(millisecond, {{ first_moment }}, {{ last_moment }})
{%- endmacro %}

{#- A moment some seconds, perhaps with a fraction, after another. -#}
{% macro seconds_after(moment, seconds) -%}
    {{ adapter.dispatch('seconds_after')(moment, seconds) }}
{%- endmacro %}
{% macro default__seconds_after(moment, seconds) -%}
    {{ moment }} + to_microseconds(cast(({{ seconds }}) * 1000000 as bigint))
{%- endmacro %}
{% macro spark__seconds_after(moment, seconds) -%}
    {{ moment }} + make_dt_interval(0, 0, 0, cast({{ seconds }} as decimal(18, 6)))
{%- endmacro %}

{#- The time as it is in England, from a time in UTC. -#}
{% macro london_time(utc) -%} {{ adapter.dispatch('london_time')(utc) }} {%- endmacro %}
{% macro default__london_time(utc) -%}
    timezone('Europe/London', timezone('UTC', {{ utc }}))
{%- endmacro %}
{% macro spark__london_time(utc) -%}
    convert_timezone('UTC', 'Europe/London', {{ utc }})
{%- endmacro %}

{#- An error of the run, where a row cannot be counted. -#}
{% macro fail_with(message) -%} {{ adapter.dispatch('fail_with')(message) }} {%- endmacro %}
{% macro default__fail_with(message) -%} error({{ message }}) {%- endmacro %}
{% macro spark__fail_with(message) -%} raise_error({{ message }}) {%- endmacro %}

{#- A text with every match of a pattern replaced. In Spark a plain text loses its backslashes. -#}
{% macro matches_replaced(text, pattern, replacement) -%}
    {{ adapter.dispatch('matches_replaced')(text, pattern, replacement) }}
{%- endmacro %}
{% macro default__matches_replaced(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}
{% macro spark__matches_replaced(text, pattern, replacement) -%}
    regexp_replace({{ text }}, r'{{ pattern }}', r'{{ replacement | replace("\\", "$") }}')
{%- endmacro %}

{#- Whether a pattern matches somewhere in a text. -#}
{% macro has_match(text, pattern) -%}
    {{ adapter.dispatch('has_match')(text, pattern) }}
{%- endmacro %}
{% macro default__has_match(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern }}')
{%- endmacro %}
{% macro spark__has_match(text, pattern) -%} ({{ text }} rlike r'{{ pattern }}') {%- endmacro %}

{#- Whether the whole of a text is of a pattern, and of one that stands in a column. -#}
{% macro is_of_pattern(text, pattern) -%}
    {{ has_match(text, '^(?:' ~ pattern ~ ')\\z') }}
{%- endmacro %}
{% macro is_of_pattern_in(text, column) -%}
    {{ adapter.dispatch('is_of_pattern_in')(text, column) }}
{%- endmacro %}
{% macro default__is_of_pattern_in(text, column) -%}
    regexp_full_match({{ text }}, {{ column }})
{%- endmacro %}
{% macro spark__is_of_pattern_in(text, column) -%}
    ({{ text }} rlike concat('^(?:', {{ column }}, r')\z'))
{%- endmacro %}

{#- What a group of a pattern matches first in a text; blank where it matches nothing. -#}
{% macro matched_part(text, pattern, group) -%}
    {{ adapter.dispatch('matched_part')(text, pattern, group) }}
{%- endmacro %}
{% macro default__matched_part(text, pattern, group) -%}
    regexp_extract({{ text }}, '{{ pattern }}', {{ group }})
{%- endmacro %}
{% macro spark__matched_part(text, pattern, group) -%}
    regexp_extract({{ text }}, r'{{ pattern }}', {{ group }})
{%- endmacro %}

{#- What each group of a pattern matches, as one value with a field for each name. -#}
{% macro matched_parts(text, pattern, names) -%}
    {{ adapter.dispatch('matched_parts')(text, pattern, names) }}
{%- endmacro %}
{% macro default__matched_parts(text, pattern, names) -%}
    regexp_extract({{ text }}, '{{ pattern }}', ['{{ names | join("', '") }}'])
{%- endmacro %}
{#- No struct: Spark writes its fields out wherever they are read, pattern within pattern. -#}
{% macro spark__matched_parts(text, pattern, names) -%}
    map_from_arrays(
        array('{{ names | join("', '") }}'),
        transform(
            sequence(1, {{ names | length }}),
            each -> regexp_extract({{ text }}, r'{{ pattern }}', each)
        )
    )
{%- endmacro %}

{#- A row for each of some columns of a relation, whose name and value become columns; the columns
    kept stand beside them. Spark passes once over the relation. -#}
{% macro rows_of_columns(relation, kept, columns, name, value) -%}
    {{ adapter.dispatch('rows_of_columns')(relation, kept, columns, name, value) }}
{%- endmacro %}
{% macro default__rows_of_columns(relation, kept, columns, name, value) -%}
    {% for column in columns -%}
        select
            {% for each in kept %} {{ each }}, {% endfor %}
            '{{ column }}' as {{ name }},
            {{ column }} as {{ value }}
        from {{ relation }}
        {{- ' union all ' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
{% macro spark__rows_of_columns(relation, kept, columns, name, value) -%}
    {%- set pairs = [] -%}
    {%- for column in columns -%}
        {%- do pairs.append("'" ~ column ~ "', " ~ column) -%}
    {%- endfor -%}
    select
        {% for each in kept %} {{ each }}, {% endfor %}
        stack({{ columns | length }}, {{ pairs | join(', ') }}) as ({{ name }}, {{ value }})
    from {{ relation }}
{%- endmacro %}
