select
    source,
    old_team,
    new_team,
    change_date,
    file_name,
    row_number
from {{ source('raw_inputs', 'team_changes') }}
