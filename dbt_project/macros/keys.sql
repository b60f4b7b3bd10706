{#- One column that names a case, for tools that relate tables by one column alone. A source's code
    has no bar, so no two cases share one. Null where the case is not known. -#}
{% macro case_key(source='source', case_reference='case_reference') -%}
    {{ source }} || '|' || {{ case_reference }}
{%- endmacro %}

{#- The same of a stage of a case. -#}
{% macro stage_key(stage='stage', source='source', case_reference='case_reference') -%}
    {{ source }} || '|' || {{ case_reference }} || '|' || {{ stage }}
{%- endmacro %}

{#- The key of dim_stages. -#}
{% macro procedure_stage(procedure='procedure', stage='stage') -%}
    {{ procedure }} || '|' || {{ stage }}
{%- endmacro %}
