{#-
    The form in which what an export writes is compared with the synonyms: lower case, every run
    of characters other than letters and digits as one space, no space at either end.
    "Child - Stage one" becomes "child stage one".
-#}
{% macro matched_form(text) -%}
    trim(regexp_replace(lower({{ text }}), '[^\pL\pN]+', ' ', 'g'))
{%- endmacro %}

{#- Whether a text in that form says no. -#}
{% macro has_negation(form) -%}
    regexp_matches({{ form }}, '(^| )(no|not|never|neither|un|non)( |$)')
{%- endmacro %}
