-- How many stage 2 complaints were answered within the limit, within the extended limit, and later?
select
    financial_year,
    count(*) filter (where working_days_taken_from_request <= working_days_limit) as within_limit,
    count(*) filter (
        where working_days_taken_from_request > working_days_limit
        and working_days_taken_from_request <= extended_working_days_limit
    ) as within_extended_limit,
    count(*) filter (where working_days_taken_from_request > extended_working_days_limit)
        as over_extended_limit
from fct_complaint_stages
where procedure = 'statutory' and stage = 'stage_2' and not is_withdrawn
group by financial_year
order by financial_year
