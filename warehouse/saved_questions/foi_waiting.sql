-- How many stage 2 complaints wait now, how many without an investigator, and for how long?
select
    count(*) as waiting,
    -- unknown where one is of a source that records no milestones
    case
        when count(*) = count(is_started)
            then count(*) filter (where investigator_appointed_date is null)
    end as without_investigator,
    max(working_days_waited) as longest
from rpt_stage_2_milestones
where is_open
