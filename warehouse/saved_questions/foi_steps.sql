-- How long did each step of stage 2 take, on average?
select
    financial_year,
    count(*) as requests,
    round(avg(working_days_to_investigator), 1) as to_investigator,
    round(avg(working_days_to_independent_person), 1) as to_independent_person,
    round(avg(working_days_to_statement), 1) as to_statement,
    round(avg(working_days_to_report), 1) as to_report,
    round(avg(working_days_to_adjudication), 1) as to_adjudication
from rpt_stage_2_milestones
group by financial_year
order by financial_year
