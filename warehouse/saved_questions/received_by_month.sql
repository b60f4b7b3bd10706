-- In which months do complaints come in?
-- $year: The financial year, as 2018-19; the one of the newest complaint when not given.
select month_start_date, count(*) as received, count(*) filter (where is_upheld) as upheld
from fct_complaint_stages
inner join dim_date on fct_complaint_stages.received_date = dim_date.date
where fct_complaint_stages.financial_year = coalesce($year, (select max(financial_year) from fct_complaint_stages)) and stage = 'stage_1'
group by month_start_date
order by month_start_date
