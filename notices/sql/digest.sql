-- The digest line by line, in the order of reading, each with its section and group.

with

placed_changes as (

    select
        changes.*,
        case state
            when 'new' then place
            when 'ended' then 20
            when 'reminder' then 20 + place
            else place
        end as place,
        if(state = 'ended', null, command) as command,
        case state
            when 'ended' then 'Resolved or accepted since'
            when 'reminder' then reminder_section || ' (reminder)'
            else section
        end as section
    from changes
    inner join notice_types using (notice_type)
    -- What ended otherwise than by a correction, such as an answered stage, is no news; nor is one
    -- of several held rows, of which nothing says which it was.
    where
        state <> 'ended'
        or is_end_news
        and not (
            starts_with(key, 'held|')
            and exists (
                select 1 from notices
                where without_number(notices.key) = without_number(changes.key)
            )
        )

)

select
    audience,
    state,
    place,
    replace(
        replace(section, '{due_within}', working_days(getvariable('due_within_days'))),
        '{not_started}', working_days(getvariable('not_started_days'))
    ) as section,
    dense_rank() over (order by audience, place, position, title) as group_number,
    title,
    remedy,
    command,
    text,
    rule_code,
    team,
    count(*) over each_group as notices_in_group,
    count(*) over each_team as notices_of_team
from placed_changes
window
    each_group as (partition by audience, place, position, title),
    each_team as (partition by audience, place, position, title, team)
-- More than a message has, for a team's own has what the one of all teams leaves out.
qualify
    row_number() over (
        partition by audience, place, position, title, team order by sort, text
    ) <= getvariable('most_lines')
order by audience, place, position, title, sort, text
