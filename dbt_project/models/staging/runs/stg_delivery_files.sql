select
    run_id,
    delivery_number,
    source,
    dataset,
    file_name,
    content_hash,
    file_series,
    file_date,
    rows_read,
    rows_loaded,
    rows_unchanged,
    rows_duplicate,
    rows_superseded,
    rows_quarantined,
    status,
    message
from {{ source('runs', 'delivery_files') }}
