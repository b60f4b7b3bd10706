with

quality_trends as (

    select * from {{ ref('stg_quality_trends') }}

),

-- The last run of a day speaks for the night.
last_of_day as (

    select *
    from quality_trends
    qualify
        run_at = max(run_at) over (partition by as_of_day)

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
