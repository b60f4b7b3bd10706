-- What a stage counts for, one flag for each measure of macros/measures.sql. Every condition is
-- here and nowhere else.
{{ config(materialized='view') }}

with

stages as (

    select * from {{ ref('int_stage_deadlines') }}
    where not is_held

),

final as (

    select
        record_id,
        source,
        case_reference,
        procedure,
        stage,
        received_date,
        responded_date,
        working_days_taken,
        financial_quarter,
        service_team,
        outcome,
        true as is_received,
        sla_status = 'in_time' as is_in_sla,
        is_in_sla_basic,
        is_in_sla_extended,
        sla_status = 'late' as is_late,
        sla_status = 'open_in_time' as is_open_in_time,
        sla_status = 'open_overdue' as is_open_overdue,
        sla_status = 'not_applicable' as is_not_applicable,
        sla_status_from_request = 'in_time' as is_in_sla_from_request,
        sla_status_from_request = 'late' as is_late_from_request,
        sla_status_from_request = 'open_in_time' as is_open_in_time_from_request,
        sla_status_from_request = 'open_overdue' as is_open_overdue_from_request,
        is_upheld,
        coalesce(outcome = 'upheld', false) as is_fully_upheld,
        coalesce(outcome = 'partially_upheld', false) as is_partially_upheld,
        coalesce(outcome = 'unknown', false) as is_outcome_unknown,
        responded_date is not null and outcome is null as is_without_outcome,
        is_withdrawn,
        is_closed_date_unknown,
        not is_withdrawn as is_eligible,
        responded_date is not null and not is_withdrawn as is_decided,
        sla_status in ('in_time', 'late', 'open_overdue') as is_due,
        extension_agreed as is_extension_agreed,
        coalesce(panel_sla_status = 'in_time', false) as is_panel_in_time,
        coalesce(panel_sla_status = 'late', false) as is_panel_late,
        coalesce(panel_sla_status = 'open_in_time', false) as is_panel_open_in_time,
        coalesce(panel_sla_status = 'open_overdue', false) as is_panel_open_overdue
    from stages

)

select * from final
