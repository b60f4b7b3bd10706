{#-
    Seeds on Spark. The session method of dbt-spark writes an apostrophe as it stands and a blank as the
    text None (dbt/adapters/spark/session.py of 1.11.0, _fix_binding, seen 2026-11-26), so the rows are
    written out here.
-#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {%- set types = model.config.column_types -%}
    {%- set rows -%}
        insert into {{ this.render() }} values
        {% for row in agate_table.rows %}
            (
            {%- for name in agate_table.column_names -%}
                {%- if row[name] is none -%} null
                {%- else -%}
                    cast('{{ row[name] | string | replace("\\", "\\\\") | replace("'", "\\'") }}'
                    as {{ types[name] }})
                {%- endif -%}
                {{ ', ' if not loop.last }}
            {%- endfor -%}
            ){{ ',' if not loop.last }}
        {% endfor %}
    {%- endset -%}
    {% do adapter.add_query(rows, abridge_sql_log=True) %}
    {{ return(rows) }}
{% endmacro %}
