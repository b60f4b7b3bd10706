-- Remember what is sent; runs in the transaction that puts the messages into the outbox.

delete from sent_notices
where exists (
    select 1 from changes
    where
        changes.state = 'ended'
        and changes.audience = sent_notices.audience
        and changes.key = sent_notices.key
);

delete from sent_notices
where
    getvariable('is_everything_known')
    and (audience, key) not in (select (remembered.audience, remembered.key) from remembered);

insert or replace into sent_notices by name
select
    audience,
    key,
    notice_type,
    title,
    changes.text,
    team,
    rule_code,
    getvariable('as_of_day')::date as last_sent_day
from changes
inner join notice_types using (notice_type)
where own_state is null and state in ('new', 'reminder');
