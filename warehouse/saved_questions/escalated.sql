-- How many of the cases of a year were escalated?
select
    left(financial_quarter, 7) as financial_year,
    procedure,
    count(*) as cases,
    count(*) filter (where escalated_to_stage_2) as to_stage_2,
    count(*) filter (where escalated_to_stage_3) as to_stage_3,
    count(*) filter (where reached_ombudsman) as to_ombudsman
from fct_complaints
group by all
order by financial_year, procedure desc
