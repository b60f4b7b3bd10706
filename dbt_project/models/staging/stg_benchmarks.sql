select
    source,
    authority,
    financial_year,
    measure,
    value,
    note,
    file_name,
    row_number
from {{ source('raw_inputs', 'benchmarks') }}
