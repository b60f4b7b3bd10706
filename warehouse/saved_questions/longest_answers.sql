-- Which answers took longest?
-- $year: The financial year, as 2018-19; the one of the newest complaint when not given.
select case_reference, stage, service_team, received_date, responded_date, working_days_taken
from fct_complaint_stages
where working_days_taken is not null and not is_withdrawn and financial_year = coalesce($year, (select max(financial_year) from fct_complaint_stages))
order by working_days_taken desc, case_reference
limit 20
