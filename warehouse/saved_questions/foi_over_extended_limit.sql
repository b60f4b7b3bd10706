-- Which stage 2 complaints took more than the extended limit, and by how much?
select case_reference, received_date, working_days_waited, working_days_over_extended_limit
from rpt_stage_2_milestones
where working_days_over_extended_limit > 0
order by received_date, case_reference
