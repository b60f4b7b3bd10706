-- When were investigator and independent person appointed?
-- $year: The financial year, as 2018-19; the one of the newest complaint when not given.
select
    case_reference,
    received_date,
    investigator_appointed_date,
    independent_person_appointed_date
from rpt_stage_2_milestones
where financial_year = coalesce($year, (select max(financial_year) from fct_complaint_stages))
order by received_date, case_reference
