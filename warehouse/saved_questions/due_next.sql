-- What is due next?
-- $days: Within how many working days; 10 when not given.
select due_date, working_days_left, service_team, case_reference, stage, task
from rpt_worklist
where not is_overdue and working_days_left <= coalesce($days::integer, 10)
order by due_date, case_reference
