-- What did the Ombudsman decide?
select financial_year, coalesce(outcome, 'none yet') as outcome, count(*) as cases
from fct_complaint_stages
where stage = 'ombudsman'
group by all
order by financial_year, cases desc, outcome
