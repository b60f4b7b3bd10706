with

stages as (

    select *
    from {{ ref('int_stage_deadlines') }}

),

-- Each stage is one row, so its reasons are told apart within it.
split_reasons as (

    select
        source,
        case_reference,
        stage,
        unnest(
            list_distinct(
                list_transform(
                    string_split(reasons, ';'),
                    lambda reason: trim(reason, ' ' || chr(9) || chr(160))
                )
            )
        ) as reason
    from stages
    where not is_held

),

final as (

    select
        source,
        case_reference,
        stage,
        reason
    from split_reasons
    where reason <> ''

)

select *
from final
