{#-
    Seeds on Spark. The session method of dbt-spark writes an apostrophe as it stands and a blank as
    the text None (dbt/adapters/spark/session.py of 1.11.0, _fix_binding, seen 2026-11-26), so the
    rows are written out here.
-#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {%- set types = model.config.column_types -%}
    {%- set rows = [] -%}
    {%- for row in agate_table.rows -%}
        {%- set values = [] -%}
        {%- for name in agate_table.column_names -%}
            {%- do values.append(spark_literal(row[name], types[name])) -%}
        {%- endfor -%}
        {%- do rows.append('(' ~ values | join(', ') ~ ')') -%}
    {%- endfor -%}
    {%- set statement = 'insert into ' ~ this.render() ~ ' values ' ~ rows | join(', ') -%}
    {% do adapter.add_query(statement, abridge_sql_log=True) %}
    {{ return(statement) }}
{% endmacro %}

{% macro spark_literal(value, type) -%}
    {%- if value is none -%} null
    {%- else -%}
        cast('{{ value | string | replace("\\", "\\\\") | replace("'", "\\'") }}' as {{ type }})
    {%- endif -%}
{%- endmacro %}
