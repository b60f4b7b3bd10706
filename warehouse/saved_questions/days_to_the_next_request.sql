-- How long after a response do people ask for the next stage?
select
    previous_stage,
    stage,
    count(*) as requests,
    median(working_days_since_previous_response) as half_within_working_days,
    count(*) filter (where working_days_since_previous_response > request_limit_working_days) as after_the_limit
from fct_escalations
where working_days_since_previous_response is not null
group by all
order by stage, previous_stage
