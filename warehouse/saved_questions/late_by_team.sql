-- Which teams answer late?
-- $year: The financial year, as 2018-19; the one of the newest complaint when not given.
select
    service_team,
    sum(received) as received,
    sum(in_sla) as in_sla,
    sum(late) as late,
    sum(open_overdue) as overdue,
    round(100 * sum(in_sla) / sum(received)) as percent_in_sla
from rpt_quarterly_teams
where in_sla_rate is not null and left(financial_quarter, 7) = coalesce($year, (select max(financial_year) from fct_complaint_stages))
group by service_team
order by sum(late + open_overdue) desc, service_team
