-- Were panels, their findings, the responses and the 50 days in all in time?
select
    case_reference,
    panel_date,
    panel_sla_status,
    findings_due_date,
    findings_status,
    due_date,
    sla_status,
    due_date_overall,
    sla_status_overall
from fct_complaint_stages
where stage = 'stage_3'
order by received_date, case_reference
