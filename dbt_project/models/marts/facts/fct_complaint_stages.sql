-- A view of what is already stored: publishing makes it a table in the file that analysts read.
{{ config(materialized='view') }}

with

stages as (

    select *
    from {{ ref('int_stage_deadlines') }}

),

final as (

    select
        source,
        case_reference,
        procedure,
        stage,
        stage_number,
        {{ case_key() }} as case_key,
        {{ stage_key() }} as stage_key,
        {{ procedure_stage() }} as procedure_stage,
        received_date,
        acknowledged_date,
        acknowledgement_due_date,
        acknowledgement_status,
        clock_start_date,
        due_date,
        computed_due_date,
        due_date_without_extension,
        due_date_from_request,
        extension_agreed,
        extension_agreed_date,
        working_days_limit,
        extended_working_days_limit,
        responded_date,
        working_days_taken,
        working_days_taken_from_request,
        sla_status,
        sla_status_from_request,
        is_target_met_by_source,
        is_in_sla_basic,
        is_in_sla_extended,
        is_open,
        is_withdrawn,
        is_closed_date_unknown,
        working_days_left,
        panel_date,
        panel_due_date,
        panel_sla_status,
        panel_working_days_left,
        panel_findings_date,
        findings_due_date,
        findings_status,
        due_date_overall,
        sla_status_overall,
        investigator_appointed_date,
        independent_person_appointed_date,
        statement_agreed_date,
        investigation_report_date,
        adjudication_date,
        outcome,
        is_upheld,
        service_team,
        legal_basis,
        complainant_type,
        financial_quarter,
        financial_year,
        file_name as source_file,
        row_number as source_row,
        record_id
    from stages
    where not is_held

)

select *
from final
