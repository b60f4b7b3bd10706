select
    source,
    name,
    period,
    value,
    value_number,
    file_name,
    row_number
from {{ source('raw_inputs', 'indicators') }}
