-- The digest line by line, in the order of reading, each with its section and group.

with

kinds (place, kind, new_section, reminder_section, seen_with) as (

    values
    (
        1,
        'rejected_file',
        'Files rejected whole',
        'Files still rejected',
        'complaints sql "from dq_deliveries"'
    ),
    (2, 'held_row', 'Rows newly held back', 'Rows still held back', 'complaints quarantine'),
    (
        3,
        'misclassification',
        'Suspected misclassification between statutory and corporate',
        'Still suspected misclassification between statutory and corporate',
        'complaints sql "from dq_warnings"'
    ),
    (
        4,
        'warning',
        'Other new warnings',
        'Other warnings still open',
        'complaints sql "from dq_warnings"'
    ),
    (
        5,
        'source_silent',
        'Sources that deliver nothing',
        'Sources that still deliver nothing',
        'complaints sql "from dq_deliveries"'
    ),
    (
        6,
        'due_soon',
        'Due within ' || working_days(getvariable('due_within_days')),
        'Still due within ' || working_days(getvariable('due_within_days')),
        'complaints sql "from rpt_open_stages"'
    ),
    (7, 'overdue', 'Newly overdue', 'Still overdue', 'complaints sql "from rpt_open_stages"')

),

-- What ended otherwise than by mending, such as an answered stage, is no news.
told as (

    select
        changes.*,
        case state when 'new' then place when 'ended' then 10 else 20 + place end as place,
        if(state = 'ended', null, seen_with) as seen_with,
        case state
            when 'new' then new_section
            when 'ended' then 'Mended since, or accepted'
            else reminder_section || ' (reminder)'
        end as section
    from changes
    inner join kinds using (kind)
    where state <> 'ended' or kind in ('held_row', 'misclassification', 'warning')

)

select
    audience,
    state,
    section,
    title,
    remedy,
    seen_with,
    line,
    count(*) over each_group as lines_in_group
from told
window each_group as (partition by audience, place, position, title)
qualify row_number() over (
    partition by audience, place, position, title order by sort, line
) <= getvariable('most_lines')
order by audience, place, position, title, sort, line
