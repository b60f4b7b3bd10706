-- What are complaints about?
-- $year: The financial year, as 2018-19; the one of the newest complaint when not given. A complaint may have several reasons.
select reason, sum(complaints) as stages, sum(upheld) as upheld
from rpt_quarterly_reasons
where left(financial_quarter, 7) = coalesce($year, (select max(financial_year) from fct_complaint_stages))
group by reason
order by stages desc, reason
