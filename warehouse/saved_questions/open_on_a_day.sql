-- How many stages were open on a day?
-- $day: The day, as 2018-09-30; the as-of day when not given.
select procedure, stage, count(*) as open_stages
from fct_complaint_stages
where
    received_date <= coalesce($day::date, (select as_of_day from dq_publication))
    and coalesce(responded_date, date '9999-12-31')
    > coalesce($day::date, (select as_of_day from dq_publication))
    and not is_withdrawn
    and not is_closed_date_unknown
group by all
order by procedure desc, stage
