with

stages as (

    select *
    from {{ ref('int_stage_deadlines') }}

),

-- The different texts are few; each is split into its reasons once.
texts as (

    select distinct reasons from stages

),

reasons as (

    select
        reasons,
        {{ row_for_each(reasons_in('reasons')) }} as reason
    from texts

),

final as (

    select
        stages.source,
        stages.case_reference,
        stages.stage,
        reasons.reason
    from stages
    inner join reasons on stages.reasons = reasons.reasons
    where not stages.is_held

)

select *
from final
