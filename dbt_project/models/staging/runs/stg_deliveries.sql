select
    delivery_number,
    source,
    dataset,
    {{ reading('dates', 'zone') }} as reading,
    reference_pattern,
    names_not_found,
    door
from {{ source('runs', 'deliveries') }}
