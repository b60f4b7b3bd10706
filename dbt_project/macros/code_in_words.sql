{#- A code as a report prints it: `partially_upheld` becomes `Partially upheld`. -#}
{% macro code_in_words(code) -%}
    upper(left({{ code }}, 1)) || replace(substr({{ code }}, 2), '_', ' ')
{%- endmacro %}
