with

runs as (

    select * from {{ ref('stg_ops_runs') }}

),

final as (

    select
        run_id,
        as_of_day,
        started_at,
        finished_at,
        {{ milliseconds_between('started_at', 'finished_at') }} / 1000 as seconds,
        -- The run at work is the one that publishes this.
        case when status = 'running' then 'published' else status end as status,
        failed_step,
        run_number
    from runs

)

select * from final
