select
    delivery_number,
    record_id,
    is_delivered,
    file_name,
    row_number
from {{ source('raw', 'record_changes') }}
