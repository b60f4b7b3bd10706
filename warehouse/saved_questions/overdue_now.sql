-- What is overdue now, and for how long?
select service_team, case_reference, stage, task, due_date, -working_days_left as working_days_over
from rpt_worklist
where is_overdue
order by working_days_left, case_reference
