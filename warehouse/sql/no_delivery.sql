-- A night on which this source delivered nothing new: no difference with the warehouse, only rows
-- that are judged again.
create or replace table landing.text_rows as
select
    file_name,
    row_number,
    0 as file_order,
    version.* exclude (row_id, first_run_id)
from raw.row_versions as version
cross join (select file_name, row_number from raw.stage_rows) as place
limit 0;

create or replace table landing.delivered_rows as
select
    *,
    false as has_key,
    false as is_duplicate,
    false as is_superseded,
    false as is_candidate,
    false as is_new
from (
    select row_id, source, case_reference, stage, content_hash, file_name, row_number
    from raw.stage_rows
    limit 0
);

create or replace table landing.gone_rows as
select row_id, case_reference from raw.stage_rows limit 0;
