-- The rows to judge, narrow: the texts that no rule reads stay where they are.
-- …_text is what was written, the plain name the value that may be used.
{{ config(materialized='table') }}

{%- set dates = day_columns() %}
{%- set codes = coded_columns() | reject('equalto', 'stage') | list %}

with

current_records as (

    select * from {{ ref('int_current_records') }}
    where not is_superseded and not is_duplicate

),

records as (

    select * from {{ ref('stg_records') }}

),

written_dates as (

    select * from {{ ref('stg_written_dates') }}

),

coded_texts as (

    select * from {{ ref('stg_coded_texts') }}

),

run as (

    select * from {{ ref('stg_run') }}

),

typed as (

    select
        current_records.record_id,
        current_records.source,
        current_records.file_name,
        current_records.row_number,
        records.field_count,
        records.header_field_count,
        run.as_of_day,
        records.case_reference as case_reference_text,
        current_records.case_reference,
        procedure_code.value as procedure,
        current_records.stage,
        {% for date in dates %}
            records.{{ date }} as {{ date }}_text,
            {{ usable_date(date ~ '_day.day', 'run.earliest_date') }} as {{ date }},
        {% endfor %}
        records.last_updated as last_updated_text,
        current_records.last_updated,
        current_records.received_date_before,
        current_records.was_answered_before,
        current_records.last_updated_before,
        received_date_day.day_exchanged as received_date_exchanged,
        responded_date_day.day_exchanged as responded_date_exchanged,
        case when records.outcome is not null then coalesce(outcome_code.value, 'unknown') end
            as outcome,
        records.extension_agreed as extension_agreed_text,
        extension_agreed_code.value as extension_agreed,
        records.legal_basis as legal_basis_text,
        legal_basis_code.value as legal_basis,
        records.target_met as target_met_text,
        target_met_code.value as target_met,
        records.advocate as advocate_text,
        advocate_code.value as advocate,
        {{ recorded('records.service_team') }} as service_team,
        -- What is written matters where nothing else says whether the stage is open.
        case
            when records.status is not null and records.outcome is null
                then coalesce(status_code.value, 'unknown')
            else status_code.value
        end as status
    from current_records
    inner join records on current_records.record_id = records.record_id
    cross join run
    {% for date in dates %}
        left join written_dates as {{ date }}_day
            on
                records.{{ date }} = {{ date }}_day.written
                and records.reading = {{ date }}_day.reading
    {% endfor %}
    {% for code in codes %}
        left join coded_texts as {{ code }}_code
            on
                records.{{ code }} = {{ code }}_code.written
                and {{ code }}_code.field = '{{ code }}'
    {% endfor %}

),

-- Of the milestones' dates the rules ask together: few rows have any.
final as (

    select
        *,
        case
            when
                false
                {% for milestone in milestone_columns() %}
                    or ({{ milestone }}_text is not null and {{ milestone }} is null)
                {% endfor %}
                then 'no date'
            else 'dates'
        end as milestones_as_written,
        case
            when
                least(
                    acknowledged_date,
                    panel_date,
                    {{ milestone_columns() | join(', ') }}
                )
                < received_date
                or greatest(acknowledged_date, {{ milestone_columns() | join(', ') }})
                > least(responded_date, as_of_day)
                or panel_date > responded_date
                or panel_findings_date < panel_date
                or investigation_report_date
                < greatest(investigator_appointed_date, statement_agreed_date)
                or adjudication_date < greatest(
                    investigator_appointed_date, statement_agreed_date, investigation_report_date
                )
                then 'out of order'
            else 'in order'
        end as order_of_milestones
    from typed

)

select * from final
