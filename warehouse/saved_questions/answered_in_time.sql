-- What share was answered in time, and how does it compare with a year ago?
-- $quarter: The quarter, as 2018-19 Q2; the latest that has ended when not given.
select
    procedure,
    stage,
    received,
    in_sla,
    -- rounded twice, so that 23 of 40 is 58% as in the report: in binary it is a little below 57.5
    round(round(100 * in_sla_rate, 9)) as percent_in_sla,
    round(round(100 * in_sla_rate_change_on_year, 9)) as points_on_a_year_ago
from rpt_quarterly_stages
where financial_quarter = coalesce(
    $quarter, (select max(financial_quarter) from rpt_quarterly_stages where is_complete)
)
order by procedure desc, stage_number
