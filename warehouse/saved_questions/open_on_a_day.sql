-- How many stages were open on a day?
-- $day: The day, as 2018-09-30; the as-of day when not given.
select procedure, stage, count(*) as open_stages
from fct_complaint_stages
where
    received_date <= coalesce($day::date, (select as_of_day from dq_publication))
    and (
        is_open
        or responded_date > coalesce($day::date, (select as_of_day from dq_publication))
    )
group by all
order by procedure desc, stage
