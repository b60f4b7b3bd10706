with

stages as (

    select *
    from {{ ref('int_stage_deadlines') }}

),

split_reasons as (

    select
        source,
        case_reference,
        stage,
        trim(unnest(string_split(reasons, ';')), ' ' || chr(9) || chr(160)) as reason
    from stages
    where not is_held

),

final as (

    select distinct
        source,
        case_reference,
        stage,
        reason
    from split_reasons
    where reason <> ''

)

select *
from final
