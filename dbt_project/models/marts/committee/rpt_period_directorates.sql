-- Each team's complaints in every structure there has been: a team that the structure's first day
-- does not have is followed to the one that has its work, forwards or back, through at most three
-- changes. A team that was split has no single heir, and keeps its name.
with

run as (

    select * from {{ ref('stg_run') }}

),

period_teams as (

    select * from {{ ref('rpt_period_teams') }}

),

teams as (

    select * from {{ ref('dim_teams') }}

),

team_changes as (

    select * from {{ ref('dim_team_changes') }}

),

change_days as (

    select valid_from as day from teams

    union

    select cast(valid_to + interval 1 day as date) as day from teams
    where valid_to is not null

    union

    select change_date as day from team_changes

),

structures as (

    select change_days.day as structure_from
    from change_days
    cross join run
    where change_days.day <= run.as_of_day

    union

    select run.earliest_date as structure_from
    from change_days
    cross join run

),

-- Which team has the work of one that a structure does not have: of a team that has ended and not
-- begun again, the one that followed; of one that is still to begin, the one before it.
followers as (

    select
        structures.structure_from,
        changes.old_team as team,
        max(changes.new_team) as other_team
    from structures
    cross join team_changes as changes
    left join team_changes as begun
        on
            changes.old_team = begun.new_team
            and least(changes.change_date, structures.structure_from) <= begun.change_date
            and greatest(changes.change_date, structures.structure_from) >= begun.change_date
    where begun.new_team is null
    group by structures.structure_from, changes.old_team
    having
        count(distinct changes.new_team) = 1
        and min(changes.change_date) <= structures.structure_from

    union all

    select
        structures.structure_from,
        changes.new_team as team,
        max(changes.old_team) as other_team
    from structures
    inner join team_changes as changes on structures.structure_from < changes.change_date
    left join team_changes as had
        on
            (changes.new_team = had.old_team and changes.change_date >= had.change_date)
            or (changes.new_team = had.new_team and structures.structure_from >= had.change_date)
    where had.new_team is null
    group by structures.structure_from, changes.new_team
    having count(distinct changes.old_team) = 1

),

recorded as (

    select distinct
        structures.structure_from,
        period_teams.service_team,
        period_teams.service_team as team
    from structures
    cross join period_teams

),

{% for hop in [0, 1, 2] %}
    followed_{{ loop.index }} as (

        select
            earlier.structure_from,
            earlier.service_team,
            coalesce(followers.other_team, earlier.team) as team
        from {{ 'recorded' if loop.first else 'followed_' ~ hop }} as earlier
        left join teams
            on
                earlier.team = teams.team
                and earlier.structure_from >= teams.valid_from
                and earlier.structure_from <= coalesce(teams.valid_to, earlier.structure_from)
        left join followers
            on
                earlier.structure_from = followers.structure_from
                and earlier.team = followers.team
                and teams.team is null

    ),
{% endfor %}

placed as (

    select
        followed_3.structure_from,
        followed_3.service_team,
        followed_3.team,
        coalesce(teams.directorate, 'Not recorded') as directorate
    from followed_3
    left join teams
        on
            followed_3.team = teams.team
            and followed_3.structure_from >= teams.valid_from
            and followed_3.structure_from <= coalesce(teams.valid_to, followed_3.structure_from)

),

final as (

    select
        period_teams.period,
        period_teams.period_length,
        period_teams.procedure,
        period_teams.stage,
        placed.structure_from,
        placed.directorate,
        placed.team,
        period_teams.service_team,
        period_teams.received,
        period_teams.eligible,
        period_teams.in_sla,
        period_teams.upheld
    from period_teams
    inner join placed on period_teams.service_team = placed.service_team

)

select * from final
