select
    code as authority,
    name as authority_name
from {{ source('runs', 'authority') }}
