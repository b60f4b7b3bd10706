-- What became of each row of the newest deliveries, counted by file, from delivered_fates.
-- raw.run says which run does this.
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
        sum(if(delivered.fate = 'loaded', delivered.rows_met, 0)) as rows_loaded,
        sum(if(delivered.fate = 'unchanged', delivered.rows_met, 0)) as rows_unchanged,
        sum(if(delivered.fate = 'duplicate', delivered.rows_met, 0)) as rows_duplicate,
        sum(if(delivered.fate = 'superseded', delivered.rows_met, 0)) as rows_superseded,
        sum(if(delivered.fate = 'quarantined', delivered.rows_met, 0)) as rows_quarantined
    from delivered_fates as delivered
    cross join raw.run
    group by all
) as counted
where
    delivery_files.delivery_number = counted.delivery_number
    and delivery_files.file_name = counted.file_name
    and delivery_files.rows_loaded is null;
