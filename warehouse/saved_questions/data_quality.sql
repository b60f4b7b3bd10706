-- Is the data getting better?
select as_of_day, severity, sum(rows_failing) as failing, max(rows_current) as records
from dq_trends
group by all
order by as_of_day, severity
