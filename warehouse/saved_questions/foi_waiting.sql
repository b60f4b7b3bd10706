-- How many stage 2 complaints wait now, how many without an investigator, and for how long?
select
    count(*) as waiting,
    count(*) filter (where investigator_appointed_date is null) as without_investigator,
    max(working_days_waited) as longest
from rpt_stage_2_milestones
where is_open
