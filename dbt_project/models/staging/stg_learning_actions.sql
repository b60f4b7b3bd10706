select
    source,
    theme,
    action,
    owner_role,
    due_quarter,
    status,
    evidence,
    file_name,
    row_number
from {{ source('raw_inputs', 'learning_actions') }}
