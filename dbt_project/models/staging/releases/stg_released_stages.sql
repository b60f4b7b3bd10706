select
    release_number,
    record_id,
    source,
    case_reference,
    procedure,
    stage,
    received_date,
    financial_quarter,
    service_team,
    {% for column in columns_of_flags().split() %}
        {{ column }},
    {% endfor %}
    is_held,
    is_erased
from {{ source('releases', 'released_stages') }}
