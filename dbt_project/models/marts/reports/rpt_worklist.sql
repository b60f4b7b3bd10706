{#- What an open stage waits for: the task, its due date, how it stands, and what to do. -#}
{%- set tasks = [
    ('acknowledge', 'acknowledgement_due_date', 'acknowledgement_status', 'Acknowledge it.'),
    ('answer', 'due_date', 'sla_status', 'Answer it.'),
    ('hold_panel', 'panel_due_date', 'panel_sla_status', 'Hold the review panel.'),
    ('send_findings', 'findings_due_date', 'findings_status', 'Send the findings of the panel.'),
] %}

with

complaint_stages as (

    select * from {{ ref('fct_complaint_stages') }}

),

quarantine as (

    select * from {{ ref('dq_quarantine') }}

),

warnings as (

    select * from {{ ref('dq_warnings') }}

),

rules as (

    select * from {{ ref('dq_rules') }}

),

spreadsheet_rows as (

    select * from {{ ref('int_spreadsheet_rows') }}

),

calendar as (

    select * from {{ ref('int_calendar') }}

),

run as (

    select * from {{ ref('stg_run') }}

),

-- An open stage without a limit is to be answered too.
clocks as (

    {% for task, due_date, status, what_to_do in tasks %}
        select
            '{{ task }}' as task,
            {{ due_date }} as due_date,
            '{{ what_to_do }}' as what_to_do,
            record_id
        from complaint_stages
        where
            is_open
            {% if task == 'acknowledge' %}
                -- of a source that records none, nobody knows whether it was
                and source in (
                    select acknowledged.source from complaint_stages as acknowledged
                    where acknowledged.acknowledged_date is not null
                )
            {% endif %}
            {% if task == 'answer' %}
                and {{ status }} in ('open_in_time', 'open_overdue', 'not_applicable')
            {% else %}
                and {{ status }} in ('open_in_time', 'open_overdue')
            {% endif %}

        {{ 'union all' if not loop.last }}
    {% endfor %}

),

warned as (

    select
        warnings.record_id,
        {{ texts_joined('warnings.rule_code', ',', 'rules.position') }} as rule_codes,
        {{ texts_joined('rules.remedy', ' ', 'rules.position') }} as what_to_do
    from warnings
    inner join rules on warnings.rule_code = rules.rule_code
    group by warnings.record_id

),

of_stages as (

    select
        task,
        due_date,
        what_to_do,
        cast(null as string) as rule_codes,
        record_id
    from clocks

    union all

    select
        'check_record' as task,
        cast(null as date) as due_date,
        what_to_do,
        rule_codes,
        record_id
    from warned

),

things_to_do as (

    select
        of_stages.task,
        complaint_stages.service_team,
        complaint_stages.source,
        complaint_stages.case_reference,
        complaint_stages.procedure,
        complaint_stages.stage,
        complaint_stages.case_key,
        complaint_stages.stage_key,
        complaint_stages.received_date,
        of_stages.due_date,
        of_stages.what_to_do,
        of_stages.rule_codes,
        complaint_stages.source_file as file_name,
        complaint_stages.source_row as row_number,
        of_stages.record_id
    from of_stages
    inner join complaint_stages on of_stages.record_id = complaint_stages.record_id

    union all

    select
        'correct_record' as task,
        service_team,
        source,
        case_reference,
        cast(null as string) as procedure,
        stage,
        case_key,
        stage_key,
        received_date,
        cast(null as date) as due_date,
        remedies as what_to_do,
        rule_codes,
        file_name,
        row_number,
        record_id
    from quarantine

),

final as (

    select
        things_to_do.task,
        things_to_do.service_team,
        things_to_do.source,
        things_to_do.case_reference,
        things_to_do.procedure,
        things_to_do.stage,
        things_to_do.case_key,
        things_to_do.stage_key,
        things_to_do.received_date,
        things_to_do.due_date,
        due_days.working_day_number - as_of_days.working_day_number as working_days_left,
        coalesce(things_to_do.due_date < run.as_of_day, false) as is_overdue,
        things_to_do.what_to_do,
        things_to_do.rule_codes,
        things_to_do.file_name,
        things_to_do.row_number,
        spreadsheet_rows.spreadsheet_row,
        things_to_do.record_id
    from things_to_do
    cross join run
    inner join calendar as as_of_days on run.as_of_day = as_of_days.date
    left join calendar as due_days on things_to_do.due_date = due_days.date
    left join spreadsheet_rows on things_to_do.record_id = spreadsheet_rows.record_id

)

select * from final
