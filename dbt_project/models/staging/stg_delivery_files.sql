select
    run_id,
    source,
    file_name,
    content_hash,
    series,
    stamp,
    rows_read,
    rows_loaded,
    rows_unchanged,
    rows_duplicate,
    rows_superseded,
    rows_quarantined,
    status,
    message,
    contents
from {{ source('raw', 'delivery_files') }}
