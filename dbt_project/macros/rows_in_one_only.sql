{#- The rows that one of two relations has oftener than the other, for tests that compare two ways
    of counting the same. Both name their columns in the same order. -#}
{% macro rows_in_one_only(one, other) -%}
    select * from (select * from {{ one }} except all select * from {{ other }}) as only_here
    union all
    select * from (select * from {{ other }} except all select * from {{ one }}) as only_there
{%- endmacro %}
