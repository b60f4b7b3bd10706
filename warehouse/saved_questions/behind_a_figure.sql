-- Which cases are behind a printed figure?
-- $quarter: The quarter, as 2018-19 Q2; the latest that has ended when not given.
-- $procedure: statutory (when not given) or corporate.
-- $stage: stage_1 (when not given), stage_2, stage_3 or ombudsman.
-- $sla_status: in_time, late, open_in_time, open_overdue or not_applicable; all when not given.
select
    case_reference,
    received_date,
    due_date,
    responded_date,
    sla_status,
    outcome,
    service_team,
    source_file,
    source_row
from fct_complaint_stages
where
    financial_quarter = coalesce(
    $quarter, (select max(financial_quarter) from rpt_quarterly_stages where is_complete)
)
    and procedure = coalesce($procedure, 'statutory')
    and stage = coalesce($stage, 'stage_1')
    and (sla_status = $sla_status or $sla_status is null)
order by received_date, case_reference
