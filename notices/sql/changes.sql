-- What is new, what has ended, and what is due to be said again.

create or replace temporary table changes as
with

still_open as (

    select
        items.*,
        told.last_told_day
    from items
    inner join alert_items as told using (audience, key)

),

-- All that is open is said again together: one list a week, not a few lines every night.
reminded as (

    select audience from still_open
    group by audience
    having date_diff('day', min(last_told_day), getvariable('as_of_day')::date)
        >= getvariable('reminder_days')
        and getvariable('is_everything_known')

)

select 'new' as state, * from items
anti join alert_items using (audience, key)

union all by name

select 'reminder' as state, * exclude (last_told_day) from still_open
where audience in (select reminded.audience from reminded)

union all by name

select
    'ended' as state,
    told.audience,
    told.kind,
    told.key,
    0 as position,
    told.title,
    null as remedy,
    told.line as sort,
    told.line
from alert_items as told
anti join items using (audience, key)
where getvariable('is_everything_known');

delete from changes
where not list_contains(getvariable('audiences'), audience);
