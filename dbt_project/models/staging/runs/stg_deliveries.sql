select
    delivery_number,
    source,
    dataset,
    lag(delivery_number) over (partition by source, dataset order by delivery_number)
        as last_delivery,
    {{ reading('dates', 'zone') }} as reading,
    reference_pattern,
    coalesce(sla = 'source_target', false) as is_due_by_source_target,
    optional_columns,
    names_not_found,
    door
from {{ source('runs', 'deliveries') }}
