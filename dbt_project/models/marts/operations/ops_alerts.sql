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
from {{ ref('stg_ops_alerts') }}
