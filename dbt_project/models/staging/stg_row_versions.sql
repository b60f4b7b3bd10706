select
    row_id,
    source,
    case_reference,
    procedure,
    stage,
    first_run_id
from {{ source('raw', 'row_versions') }}
