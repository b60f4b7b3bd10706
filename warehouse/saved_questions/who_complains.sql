-- Who complains?
-- $year: The financial year, as 2018-19; the one of the newest complaint when not given.
select characteristic, value, sum(complaints) as complaints
from rpt_quarterly_characteristics
where stage = 'stage_1' and left(period, 7) = coalesce($year, (select max(financial_year) from fct_complaint_stages))
group by all
order by characteristic, complaints desc
