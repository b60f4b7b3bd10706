-- How many stage 2 complaints were answered within 25 days, within 65, and later?
select
    financial_year,
    count(*) filter (where working_days_waited <= 25) as within_25,
    count(*) filter (where working_days_waited between 26 and 65) as within_65,
    count(*) filter (where working_days_waited > 65) as over_65
from rpt_stage_2_milestones
where not is_open
group by financial_year
order by financial_year
