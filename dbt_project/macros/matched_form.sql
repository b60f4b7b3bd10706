{#-
    The form in which what an export writes is compared with the synonyms: lower case, every run
    of characters other than letters and digits as one space, no space at either end.
    "Child - Stage one" becomes "child stage one".
-#}
{% macro matched_form(text) -%}
    trim({{ matches_replaced('lower(' ~ text ~ ')', '[^\\pL\\pN]+', ' ') }})
{%- endmacro %}

{#-
    Such a form without the spaces that mean nothing: those between two digits stay, for 1.0 is not 10, nor
    section 3(1) section 31.
-#}
{% macro without_spaces(form) -%}
    {{ matches_replaced(matches_replaced(form, '([^0-9]) ', '\\1'), ' ([^0-9])', '\\1') }}
{%- endmacro %}

{#- How alike two texts in that form are, 1 where they are equal: by the letters that differ. -#}
{% macro likeness(one, other) -%}
    (1 - levenshtein({{ one }}, {{ other }}) / greatest(length({{ one }}), length({{ other }}), 1))
{%- endmacro %}

{#- Whether a text in that form says no. -#}
{% macro has_negation(form) -%}
    {{ has_match(form, '(^| )(no|not|never|neither|un|non)( |\\z)') }}
{%- endmacro %}
