-- How do complaints end?
-- $year: The financial year, as 2018-19; the one of the newest complaint when not given.
select dim_stages.printed_name as stage, dim_outcomes.printed_name as outcome, count(*) as stages
from fct_complaint_stages
inner join dim_stages using (procedure_stage)
inner join dim_outcomes on coalesce(fct_complaint_stages.outcome, 'none') = dim_outcomes.outcome
where financial_year = coalesce($year, (select max(financial_year) from fct_complaint_stages))
group by
    dim_stages.printed_name,
    dim_outcomes.printed_name,
    dim_stages.stage_number,
    dim_outcomes.outcome_number
order by dim_stages.stage_number, dim_outcomes.outcome_number
