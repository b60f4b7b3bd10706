-- Version 0.1.0 kept the notices that were sent under other names.

insert into sent_notices
select audience, key, kind, title, line, last_told_day from alert_items;

drop table alert_items;
