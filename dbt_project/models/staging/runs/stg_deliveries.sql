select
    delivery_number,
    source,
    dataset,
    {{ reading('dates', 'zone') }} as reading,
    reference_pattern,
    optional_columns,
    names_not_found,
    door
from {{ source('runs', 'deliveries') }}
