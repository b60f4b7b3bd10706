select
    message_id,
    run_id,
    as_of_day,
    audience,
    recipients,
    items,
    created_at,
    sent_at,
    attempts,
    status
from {{ source('runs', 'ops_alerts') }}
