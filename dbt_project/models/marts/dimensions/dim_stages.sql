with

stages as (

    select *
    from {{ ref('stg_stages') }}

),

limited_stages as (

    select distinct
        procedure,
        stage
    from {{ ref('int_time_limits_by_day') }}
    where milestone = 'response' and working_days is not null

),

final as (

    select
        stages.procedure,
        stages.stage,
        stages.stage_number,
        {{ procedure_stage('stages.procedure', 'stages.stage') }} as procedure_stage,
        coalesce(stages.printed_name, {{ code_in_words('stages.stage') }}) as printed_name,
        limited_stages.stage is not null as has_time_limit
    from stages
    left join limited_stages
        on
            stages.procedure = limited_stages.procedure
            and stages.stage = limited_stages.stage

)

select *
from final
