select
    release_number,
    release,
    period,
    profile,
    as_of_day,
    newest_delivery,
    released_on,
    role
from {{ source('releases', 'releases') }}
