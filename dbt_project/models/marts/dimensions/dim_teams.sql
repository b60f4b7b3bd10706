-- The council's own file in reference/ goes before what a source delivers of the same team.
with

own_rows as (

    {{ council_rows_over(
        'teams', ['team', 'directorate', 'valid_from', 'valid_to'], ['team', 'valid_from']
    ) }}

),

delivered as (

    {{ loaded_rows('stg_teams') }}

),

teams as (

    select
        team,
        directorate,
        valid_from,
        valid_to
    from own_rows

    union all

    select
        team,
        directorate,
        valid_from,
        valid_to
    from delivered
    where team not in (select own_rows.team from own_rows)

),

final as (

    select
        team,
        directorate,
        valid_from,
        -- a team's row ends where its next begins
        least(
            valid_to,
            cast(
                lead(valid_from) over (partition by team order by valid_from)
                - interval 1 day as date
            )
        ) as valid_to
    from teams

)

select * from final
