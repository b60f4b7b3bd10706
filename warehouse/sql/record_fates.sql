-- What became of each row of the newest deliveries, counted by file; then the changes of state,
-- which the next night compares with. The rows of the deliveries before are forgotten. raw.run says
-- which run does this.
update raw.delivery_files
set
    run_id = counted.run_id,
    rows_loaded = counted.rows_loaded,
    rows_unchanged = counted.rows_unchanged,
    rows_duplicate = counted.rows_duplicate,
    rows_superseded = counted.rows_superseded,
    rows_quarantined = counted.rows_quarantined
from (
    select
        run.run_id,
        delivered.delivery_number,
        delivered.file_name,
        count(*) filter (where delivered.fate = 'loaded') as rows_loaded,
        count(*) filter (where delivered.fate = 'unchanged') as rows_unchanged,
        count(*) filter (where delivered.fate = 'duplicate') as rows_duplicate,
        count(*) filter (where delivered.fate = 'superseded') as rows_superseded,
        count(*) filter (where delivered.fate = 'quarantined') as rows_quarantined
    from intermediate.int_delivered_rows as delivered
    cross join raw.run
    group by all
) as counted
where
    delivery_files.delivery_number = counted.delivery_number
    and delivery_files.file_name = counted.file_name
    and delivery_files.rows_loaded is null;

insert into raw.record_states by name
select
    (select coalesce(max(state_number), 0) from raw.record_states)
    + row_number() over () as state_number,
    changed.record_id,
    changed.state,
    run.run_id,
    run.run_at,
    run.as_of_day
from intermediate.int_record_states as changed
cross join raw.run
where changed.state is distinct from changed.logged_state;

delete from raw.delivered_rows
where delivery_number not in (
    select max(delivery_number) from raw.deliveries
    group by source, dataset
);
