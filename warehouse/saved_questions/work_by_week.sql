-- How many came in and how many were answered, week by week?
-- $year: The financial year, as 2018-19; the one of the newest complaint when not given.
with moves as (
    select received_date as date, 1 as received, 0 as answered from fct_complaint_stages
    union all
    select responded_date, 0, 1 from fct_complaint_stages where responded_date is not null
)
select week_start_date, sum(received) as received, sum(answered) as answered
from moves
inner join dim_date using (date)
where financial_year = coalesce($year, (select max(financial_year) from fct_complaint_stages))
group by week_start_date
order by week_start_date
