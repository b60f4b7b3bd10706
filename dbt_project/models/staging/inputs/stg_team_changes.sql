-- …_text is what was written, the plain name what it reads as.
with

delivered as (

    {{ delivered_input('team_changes') }}

),

run as (

    select * from {{ source('runs', 'run') }}

),

dates as (

    {{ written_dates("select change_date as written from delivered") }}

),

final as (

    select
        delivered.record_id,
        delivered.source,
        delivered.field_count,
        delivered.header_field_count,
        delivered.old_team,
        delivered.new_team,
        -- null where nothing changed
        case when delivered.old_team is distinct from delivered.new_team then delivered.new_team end
            as changed_team,
        delivered.change_date as change_date_text,
        {{ usable_date('dates.day', 'run.earliest_date') }} as change_date,
        delivered.file_name,
        delivered.row_number
    from delivered
    cross join run
    left join dates on delivered.change_date = dates.written

)

select * from final
