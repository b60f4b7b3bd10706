-- What was sent and what waits to be sent, in the log of runs, which only its owner reads.

-- A notice that was sent and still holds. It leaves when it has ended, so that nothing about a case
-- is kept here for longer than it is true, and one that comes back is new again.
create table if not exists sent_notices (
    audience varchar,
    key varchar,
    notice_type varchar not null,
    title varchar,
    text varchar not null,
    last_sent_day date not null,
    primary key (audience, key)
);

alter table sent_notices add column if not exists team varchar;
alter table sent_notices add column if not exists rule_code varchar;

-- A message that not every recipient has yet; its text leaves with the last of them.
create table if not exists alert_outbox (
    message_id varchar primary key,
    created_at timestamp not null,
    subject varchar not null,
    text_body varchar not null,
    html_body varchar not null
);

-- The worklist goes with it where a setting says so.
alter table alert_outbox add column if not exists attachment_name varchar;
alter table alert_outbox add column if not exists attachment blob;

-- Recipients are known by a hash: an address is personal, and an Apprise URL holds a secret.
create table if not exists alert_recipients (
    message_id varchar,
    recipient varchar,
    sent_at timestamp,
    primary key (message_id, recipient)
);
