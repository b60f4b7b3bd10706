-- What share was answered in time, and how does it compare with a year ago?
-- $quarter: The quarter, as 2018-19 Q2; the latest that has ended when not given.
select
    procedure,
    stage,
    received,
    in_sla,
    round(100 * in_sla_rate) as percent_in_sla,
    round(100 * in_sla_rate_change_on_year) as points_on_a_year_ago
from rpt_quarterly_stages
where financial_quarter = coalesce(
    $quarter, (select max(financial_quarter) from rpt_quarterly_stages where is_complete)
)
order by procedure desc, stage_number
