-- What the door asks of the texts that are counted as they stand: names and narrative differ from
-- one another nearly always, teams, reasons and characteristics hardly ever.
{{ config(materialized='view') }}

{%- set counted = ('service_team reasons ' ~ characteristics()).split()
    | reject('in', coded_columns()) | list %}

with

judged as (

    select * from {{ ref('int_delivery_sides') }}
    where is_now and dataset = 'complaints'

),

side_rows as (

    select * from {{ ref('int_delivery_side_rows') }}

),

records as (

    select * from {{ ref('stg_records') }}

),

side_records as (

    select
        {% for column in counted %}
            records.{{ column }},
        {% endfor %}
        side_rows.delivery_number
    from side_rows
    inner join records on side_rows.record_id = records.record_id
    where side_rows.is_now

),

side_texts as (

    {{ distinct_values(
        'side_records',
        ['delivery_number'],
        counted,
        'column_name',
        'written',
        ['count(*) as rows_written']
    ) }}

),

texts as (

    select
        delivery_number,
        column_name,
        written,
        rows_written
    from side_texts
    where column_name <> 'reasons'

    union all

    select
        delivery_number,
        column_name,
        {{ row_for_each(reasons_in('written')) }} as written,
        rows_written
    from side_texts
    where column_name = 'reasons'

),

columns_counted as (

    select
        delivery_number,
        column_name,
        count(distinct {{ matched_form('written') }}) as texts_that_differ,
        sum(rows_written) as texts_written
    from texts
    group by delivery_number, column_name

),

final as (

    select
        judged.delivery_number,
        'delivery_texts_differ' as asked,
        columns_counted.column_name as subject,
        columns_counted.texts_that_differ as figure,
        greatest(
            judged.door['rows_from'], judged.door['texts_share'] * columns_counted.texts_written
        ) as figure_limit,
        columns_counted.texts_that_differ / columns_counted.texts_written as extent,
        '`' || columns_counted.column_name || '` has ' || columns_counted.texts_that_differ
        || ' different texts in ' || columns_counted.texts_written
        || ', as a column of names or narrative has' as evidence
    from judged
    inner join columns_counted on judged.delivery_number = columns_counted.delivery_number

)

select * from final
