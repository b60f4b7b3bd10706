{#- The reasons that a source writes into one field, separated by semicolons: each once, without
    blanks and placeholders. A line of the field, or two spaces, make no other reason. -#}
{% macro reasons_in(text) -%}
    {{ parts_where(trimmed_parts(visible_text(text), ';'), 'not ' ~ is_placeholder('part')) }}
{%- endmacro %}

{#- The same, and Not recorded where there are none. -#}
{% macro themes_in(text) -%}
    case
        when {{ list_length(reasons_in(text)) }} > 0 then {{ reasons_in(text) }}
        else {{ list_of(["'Not recorded'"]) }}
    end
{%- endmacro %}
