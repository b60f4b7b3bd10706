-- The changes of teams to judge, typed. `…_text` is what was written.
create or replace table landing.typed_input as
select
    * exclude (change_date),
    change_date as change_date_text,
    usable_date(read_date(change_date)) as change_date,
    case when old_team is distinct from new_team then new_team end as changed_team
from landing.input_rows;
