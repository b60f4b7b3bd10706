-- Whose complaints are upheld?
-- $year: The financial year, as 2018-19; the one of the newest complaint when not given.
select
    service_team,
    sum(received) as received,
    sum(upheld) as upheld,
    round(100 * sum(upheld) / sum(received)) as percent_upheld
from rpt_quarterly_teams
where left(financial_quarter, 7) = coalesce($year, (select max(financial_year) from fct_complaint_stages))
group by service_team
order by upheld desc, service_team
