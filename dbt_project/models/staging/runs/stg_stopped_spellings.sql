-- Of a source whose newest delivery is still the one that was compared with.
with

newest as (

    select
        source,
        max(delivery_number) as delivery_number
    from {{ ref('stg_deliveries') }}
    where dataset = 'complaints'
    group by source

),

final as (

    select
        stopped.source,
        stopped.field,
        stopped.written,
        stopped.rows_written
    from {{ source('runs', 'stopped_spellings') }} as stopped
    left join newest on stopped.source = newest.source
    where stopped.last_delivery = coalesce(newest.delivery_number, 0)

)

select * from final
