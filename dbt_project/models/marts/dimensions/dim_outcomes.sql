with

outcomes as (

    select *
    from {{ ref('stg_outcomes') }}
    where outcome not in ('unknown', 'none')

),

-- what the facts and reports say where an export gives no outcome that is known
all_outcomes as (

    select
        outcome,
        coalesce(printed_name, {{ code_in_words('outcome') }}) as printed_name,
        1 as place,
        outcome_number as given_number,
        is_upheld
    from outcomes

    union all

    select
        'unknown' as outcome,
        'Not recognised' as printed_name,
        2 as place,
        null as given_number,
        false as is_upheld

    union all

    select
        'none' as outcome,
        'No outcome yet' as printed_name,
        3 as place,
        null as given_number,
        false as is_upheld

),

final as (

    select
        outcome,
        printed_name,
        cast(row_number() over (order by place, given_number nulls last, outcome) as bigint)
            as outcome_number,
        is_upheld
    from all_outcomes

)

select *
from final
