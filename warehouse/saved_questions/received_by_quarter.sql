-- How many complaints came in, quarter by quarter?
select
    financial_quarter,
    procedure,
    sum(received) filter (where stage = 'stage_1') as stage_1,
    sum(received) filter (where stage = 'stage_2') as stage_2,
    sum(received) filter (where stage = 'stage_3') as stage_3,
    sum(received) filter (where stage = 'ombudsman') as ombudsman
from rpt_quarterly_stages
group by all
order by financial_quarter, procedure
