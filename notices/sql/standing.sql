-- How things stand, beside what is new: one line per audience and fact.

select
    'data_quality' as audience,
    'Held back now' as fact,
    count(*) as number
from published.dq_quarantine
union all
select 'data_quality', 'Warnings now', count(*) from published.dq_warnings
union all
select 'deadlines', 'Open stages', count(*) from published.fct_complaint_stages where is_open
union all
select 'deadlines', 'Overdue', count(*) from published.fct_complaint_stages
where is_open and sla_status = 'open_overdue'
