with

steps as (

    select * from {{ ref('stg_ops_steps') }}

),

final as (

    select
        run_id,
        position,
        step,
        started_at,
        seconds,
        rows,
        peak_memory_bytes,
        status
    from steps
    -- A step of the run at work, which the next publishing will show.
    where status != 'running'

)

select * from final
