{#- The reasons that a source writes into one field, separated by semicolons: each once, trimmed,
    without blanks. -#}
{% macro reasons_in(text) -%}
    list_distinct(
        list_filter(
            list_transform(
                string_split({{ text }}, ';'),
                lambda reason: trim(reason, ' ' || chr(9) || chr(160))
            ),
            lambda reason: reason <> ''
        )
    )
{%- endmacro %}

{#- The same, and Not recorded where there are none. -#}
{% macro themes_in(text) -%}
    case
        when len({{ reasons_in(text) }}) > 0 then {{ reasons_in(text) }} else ['Not recorded']
    end
{%- endmacro %}
