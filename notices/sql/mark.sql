-- Remember what is told; runs in the transaction that puts the messages into the outbox.

delete from alert_items
where exists (
    select 1 from changes
    where
        changes.state = 'ended'
        and changes.audience = alert_items.audience
        and changes.key = alert_items.key
);

update alert_items
set last_told_day = getvariable('as_of_day')::date, line = changes.line
from changes
where
    changes.state = 'reminder'
    and changes.audience = alert_items.audience
    and changes.key = alert_items.key;

insert into alert_items by name
select
    audience,
    key,
    kind,
    title,
    line,
    getvariable('as_of_day')::date as first_told_day,
    getvariable('as_of_day')::date as last_told_day
from changes
where state = 'new';
