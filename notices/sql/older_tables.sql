-- Version 0.1.0 kept the notices that were sent under other names.

insert into sent_notices by name
select
    * exclude (kind, line, first_told_day, last_told_day),
    kind as notice_type,
    line as text,
    last_told_day as last_sent_day
from alert_items;

drop table alert_items;
