select
    erasure_number,
    way,
    cause,
    role,
    recorded_on
from {{ source('decisions', 'erasures') }}
