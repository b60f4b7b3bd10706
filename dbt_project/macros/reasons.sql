{#- The reasons that a source writes into one field, separated by semicolons: each once, trimmed,
    without blanks. -#}
{% macro reasons_in(text) -%} {{ trimmed_parts(text, ';') }} {%- endmacro %}

{#- The same, and Not recorded where there are none. -#}
{% macro themes_in(text) -%}
    case
        when {{ list_length(reasons_in(text)) }} > 0 then {{ reasons_in(text) }}
        else {{ list_of(["'Not recorded'"]) }}
    end
{%- endmacro %}
