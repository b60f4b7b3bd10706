select
    delivery_number,
    source,
    dataset,
    file_name,
    row_number,
    file_position,
    record_id
from {{ source('raw', 'delivered_rows') }}
