-- How many complaints were acknowledged in time, where a limit is in force and the source records it?
select
    procedure,
    stage,
    count(acknowledgement_due_date) as with_a_limit,
    count(*) filter (where acknowledgement_status = 'in_time') as in_time,
    count(*) filter (where acknowledgement_status in ('late', 'open_overdue')) as late_or_overdue
from fct_complaint_stages
where source in (select source from fct_complaint_stages where acknowledged_date is not null)
group by procedure, stage
order by procedure, stage
