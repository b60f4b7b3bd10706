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
        {{ case_key('stages.source', 'stages.case_reference') }} as case_key,
        {{ stage_key('stages.stage', 'stages.source', 'stages.case_reference') }} as stage_key,
        reasons.reason
    from stages
    inner join reasons on stages.reasons = reasons.reasons
    where not stages.is_held

)

select *
from final
