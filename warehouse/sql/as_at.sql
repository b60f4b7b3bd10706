-- What the working store of a home, attached as `home`, held on a day: the records delivered by
-- then, their states and what people had decided. The day is that of the temporary table as_at.
-- What each file held is added by flows/as_at.py, for each dataset has a table of its own.
insert into raw.deliveries by name
select deliveries.* from home.raw.deliveries
cross join as_at
where deliveries.as_of_day <= as_at.day;

create table raw.ops_runs as
select runs.* from home.raw.ops_runs as runs
cross join as_at
where runs.as_of_day <= as_at.day;

create table raw.ops_steps as
from home.raw.ops_steps
where run_id in (select run_id from raw.ops_runs);

create table raw.ops_alerts as
from home.raw.ops_alerts
where run_id in (select run_id from raw.ops_runs);

insert into raw.delivery_files by name
from home.raw.delivery_files
where
    delivery_number in (select delivery_number from raw.deliveries)
    or (delivery_number is null and run_id in (select run_id from raw.ops_runs));

insert into raw.record_changes by name
from home.raw.record_changes
where delivery_number in (select delivery_number from raw.deliveries);

insert into raw.record_states by name
select states.* from home.raw.record_states as states
cross join as_at
where states.as_of_day <= as_at.day;

insert into raw.acceptances by name
select acceptances.* from home.raw.acceptances
cross join as_at
where acceptances.recorded_on <= as_at.day;

insert into raw.quality_trends by name
select trends.* from home.raw.quality_trends as trends
cross join as_at
where trends.as_of_day < as_at.day;

insert into raw.figure_history by name
select history.* from home.raw.figure_history as history
cross join as_at
where history.as_of_day < as_at.day;

delete from raw.authority;
insert into raw.authority by name from home.raw.authority;
