-- For the owner of the working store alone: what is written where a rule finds fault, and in which
-- row of a spreadsheet. Only of dates and coded columns, whatever else the rule reads.
{{ config(materialized='view') }}

with

findings as (

    select * from {{ ref('int_findings') }}
    where not is_accepted

),

rules as (

    select * from {{ ref('stg_rules') }}

),

places as (

    select * from {{ ref('int_spreadsheet_rows') }}

),

records as (

    select * from {{ ref('stg_records') }}

),

complaint_rows as (

    select * from {{ ref('int_complaint_rows') }}

),

stage_deadlines as (

    select * from {{ ref('int_stage_deadlines') }}

),

found as (

    select distinct
        findings.record_id,
        findings.dataset,
        findings.rule_code,
        findings.severity,
        rules.columns_read
    from findings
    inner join rules on findings.rule_code = rules.rule_code

),

found_rows as (

    select
        found.record_id,
        found.rule_code,
        {% for column in date_columns() + coded_columns() %}
            left(records.{{ column }}, 60) as {{ column }}_written,
            complaint_rows.{{ column }} is null as {{ column }}_is_unread,
        {% endfor %}
        found.columns_read
    from found
    inner join records on found.record_id = records.record_id
    inner join complaint_rows on found.record_id = complaint_rows.record_id

),

-- A rule that reads a column's text judges whether it can be read: what can be is no offence.
written_columns as (

    {% for column in date_columns() + coded_columns() %}
        select
            record_id,
            rule_code,
            '{{ column }}: ' || {{ column }}_written as written
        from found_rows
        where
            case
                when array_contains(columns_read, '{{ column }}_text')
                    then {{ column }}_is_unread
                {% if column in ('received_date', 'responded_date') %}
                    when array_contains(columns_read, 'working_days_of_exchangeable_dates')
                        then true
                {% endif %}
                else array_contains(columns_read, '{{ column }}')
            end

        union all
    {% endfor %}
    select
        found.record_id,
        found.rule_code,
        'due_date: ' || cast(stage_deadlines.due_date as string) as written
    from found
    inner join stage_deadlines on found.record_id = stage_deadlines.record_id
    where array_contains(found.columns_read, 'expected_target_date')

),

written_texts as (

    select
        record_id,
        rule_code,
        array_sort(array_agg(written)) as what_is_written
    from written_columns
    where written is not null
    group by record_id, rule_code

),

final as (

    select
        found.record_id,
        found.dataset,
        found.rule_code,
        found.severity,
        places.source,
        places.file_name,
        places.row_number,
        places.spreadsheet_row,
        written_texts.what_is_written
    from found
    inner join places on found.record_id = places.record_id
    left join written_texts
        on
            found.record_id = written_texts.record_id
            and found.rule_code = written_texts.rule_code

)

select * from final
