-- How many of the cases of a year were escalated, by the year and procedure of their stage 1?
select
    period as financial_year,
    procedure,
    stage_1_cohort as cases,
    went_on_to_stage_2 as to_stage_2,
    went_on_to_stage_3 as to_stage_3,
    went_on_to_ombudsman as to_ombudsman
from rpt_escalation
where period_length = 'year'
order by period, procedure desc
