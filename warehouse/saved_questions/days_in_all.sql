-- How long does a case take from the first complaint to the last response?
select
    left(financial_quarter, 7) as financial_year,
    highest_stage,
    count(*) as cases,
    median(working_days_in_all) as half_within_working_days,
    max(working_days_in_all) as longest
from fct_complaints
where working_days_in_all is not null
group by all
order by financial_year, highest_stage
