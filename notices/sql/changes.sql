-- What is new, what has ended, and what is due to be listed again.

-- Files rejected whole go to both: who corrects the export, and who looks after the job.
insert into notices by name
select
    audience.audience,
    'rejected_file' as notice_type,
    concat_ws('|', 'file', source, file_name, content_hash) as key,
    file_name as sort,
    in_one_line(coalesce(message, file_name || ' was rejected.'), 400) as text
from rejected_files
cross join (values ('data_quality'), ('failures')) as audience (audience)
where status <> 'stopped'

union all by name

select distinct
    audience.audience,
    'stopped_delivery' as notice_type,
    concat_ws('|', 'stopped', source) as key,
    in_one_line(message, 2000) as text
from rejected_files
cross join (values ('data_quality'), ('failures')) as audience (audience)
where status = 'stopped';

-- How things are, whether or not it is news.
insert into totals
select
    audience,
    team,
    if(notice_type = 'misclassification', 'warning', notice_type) as counted,
    count(distinct coalesce(counted_as, key)) as number
from notices
where getvariable('is_everything_known')
group by all;

set variable due_by = (
    select max(sort::date) from notices
    where notice_type = 'due_soon'
);

-- What is sent to nobody is not remembered: it is new to its first recipient, and so is what was
-- sent to another team alone.
create or replace temporary table remembered as
select sent.*
from sent_notices as sent
left join notices using (audience, key)
where
    has_recipient(audience, if(notices.key is null, sent.team, notices.team))
    and (
        notices.key is null
        or list_contains(getvariable('audiences')::varchar[], audience)
        or lower(sent.team) is not distinct from lower(notices.team)
    );

create or replace temporary table changes as
with

-- What is said once has no section of a reminder.
still_open as (

    select
        notices.*,
        remembered.last_sent_day
    from notices
    inner join notice_types using (notice_type)
    inner join remembered using (audience, key)
    where reminder_section is not null

),

-- All that is open is listed again together: one list a week, not a few lines every night.
due_again as (

    select audience from still_open
    group by audience
    having
        date_diff('day', min(last_sent_day), getvariable('as_of_day')::date)
        >= getvariable('reminder_days')
        and getvariable('is_everything_known')

),

-- A failure is new each time; it and what is listed beside the news are not remembered.
changed as (

    select
        coalesce(own_state, 'new') as state,
        notices.*
    from notices
    inner join notice_types using (notice_type)
    anti join remembered using (audience, key)

    union all by name

    select
        'reminder' as state,
        * exclude (last_sent_day)
    from still_open
    semi join due_again using (audience)

    union all by name

    select
        'ended' as state,
        remembered.* exclude (last_sent_day)
    from remembered
    anti join notices using (audience, key)
    where getvariable('is_everything_known')

)

select * from changed
where has_recipient(audience, team);
