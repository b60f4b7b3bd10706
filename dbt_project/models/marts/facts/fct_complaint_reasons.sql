with

stages as (

    select *
    from {{ ref('int_stage_deadlines') }}

),

-- Each stage is one row, so its reasons are compared within it.
final as (

    select
        source,
        case_reference,
        stage,
        unnest({{ reasons_in('reasons') }}) as reason
    from stages
    where not is_held

)

select *
from final
