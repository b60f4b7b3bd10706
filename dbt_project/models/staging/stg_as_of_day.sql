select
    as_of_day,
    run_id
from {{ source('raw', 'as_of_day') }}
