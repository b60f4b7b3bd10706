with

team_changes as (

    {{ loaded_rows('stg_team_changes') }}

),

calendar as (

    select *
    from {{ ref('int_calendar') }}

),

final as (

    select
        team_changes.source,
        team_changes.old_team,
        team_changes.new_team,
        team_changes.change_date,
        calendar.financial_quarter,
        team_changes.file_name as source_file,
        team_changes.row_number as source_row
    from team_changes
    left join calendar
        on team_changes.change_date = calendar.date

)

select *
from final
