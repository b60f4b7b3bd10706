with

delivery_files as (

    select * from {{ ref('stg_delivery_files') }}

),

final as (

    select
        run_id,
        source,
        file_name,
        content_hash,
        rows_read,
        rows_loaded,
        rows_unchanged,
        rows_duplicate,
        rows_superseded,
        rows_quarantined,
        status,
        message,
        dataset,
        array_to_string(headers_not_read, ', ') as headers_not_read
    from delivery_files

)

select * from final
