with

delivery_files as (

    select * from {{ ref('stg_delivery_files') }}

),

runs as (

    select * from {{ ref('stg_ops_runs') }}

),

-- The run that last took a delivery of a source, found it unchanged, or stopped it at the door.
newest as (

    select
        delivery_files.source,
        delivery_files.dataset,
        max_by(delivery_files.run_id, runs.run_number) as run_id
    from delivery_files
    inner join runs on delivery_files.run_id = runs.run_id
    where delivery_files.status in ('loaded', 'unchanged', 'stopped')
    group by delivery_files.source, delivery_files.dataset

),

final as (

    select
        delivery_files.run_id,
        delivery_files.source,
        delivery_files.file_name,
        delivery_files.content_hash,
        delivery_files.rows_read,
        delivery_files.rows_loaded,
        delivery_files.rows_unchanged,
        delivery_files.rows_duplicate,
        delivery_files.rows_superseded,
        delivery_files.rows_quarantined,
        delivery_files.rows_erased,
        delivery_files.status,
        delivery_files.message,
        delivery_files.dataset,
        {{ list_joined('delivery_files.headers_not_read', ', ') }} as headers_not_read,
        delivery_files.status = 'stopped' and newest.run_id is not null as is_stopped_now
    from delivery_files
    left join newest
        on
            delivery_files.run_id = newest.run_id
            and delivery_files.source = newest.source
            and delivery_files.dataset = newest.dataset

)

select * from final
