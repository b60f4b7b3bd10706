with

quality_trends as (

    select * from {{ ref('stg_quality_trends') }}

),

-- The last run of a day speaks for the night.
last_runs as (

    select
        as_of_day,
        max(run_at) as run_at
    from quality_trends
    group by as_of_day

),

last_of_day as (

    select quality_trends.*
    from quality_trends
    inner join last_runs
        on
            quality_trends.as_of_day = last_runs.as_of_day
            and quality_trends.run_at = last_runs.run_at

),

final as (

    select
        rule_code,
        severity,
        source,
        as_of_day,
        run_id,
        rows_held_back + rows_warned as rows_failing,
        rows_held_back,
        rows_warned,
        rows_current
    from last_of_day

)

select * from final
