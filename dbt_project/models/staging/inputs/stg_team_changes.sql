-- …_text is what was written, the plain name what it reads as.
with

delivered as (

    {{ delivered_input('team_changes') }}

),

run as (

    select * from {{ source('runs', 'run') }}

),

texts as (

    select
        change_date as written,
        reading
    from delivered

),

written_dates as (

    {{ written_dates('texts') }}

),

typed as (

    select
        delivered.record_id,
        delivered.source,
        delivered.field_count,
        delivered.header_field_count,
        delivered.old_team,
        delivered.new_team,
        -- null where nothing changed
        nullif(delivered.new_team, delivered.old_team) as changed_team,
        delivered.change_date as change_date_text,
        {{ usable_date('written_dates.day', 'run.earliest_date') }} as change_date,
        delivered.file_name,
        delivered.row_number
    from delivered
    cross join run
    left join written_dates
        on
            delivered.change_date = written_dates.written
            and delivered.reading = written_dates.reading

),

final as (

    select
        *,
        {{ is_repeat([
            'old_team', 'new_team', 'coalesce(cast(change_date as string), change_date_text)'
        ]) }} as is_duplicate
    from typed

)

select * from final
