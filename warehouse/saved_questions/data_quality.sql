-- Is the data getting better?
with sources as (
    select as_of_day, severity, source, sum(rows_failing) as failing, max(rows_current) as records
    from dq_trends
    group by as_of_day, severity, source
)
select as_of_day, severity, sum(failing) as failing, sum(records) as records
from sources
group by as_of_day, severity
order by as_of_day, severity
