-- Not published: a count of one would say of a case in the facts what was recorded of a child.
with

yes_spellings as (

    select * from {{ ref('stg_synonyms') }}
    where field = 'extension_agreed' and value = 'yes'

),

final as (

    select
        breakdowns.period,
        breakdowns.period_length,
        breakdowns.procedure,
        breakdowns.stage,
        breakdowns.breakdown as characteristic,
        breakdowns.value,
        breakdowns.received as complaints,
        -- an advocate is recorded with a yes in whatever spelling the exports use for one
        case when yes_spellings.written is not null then breakdowns.received else 0 end
            as with_advocate
    from {{ ref('int_period_breakdowns') }} as breakdowns
    left join yes_spellings
        on
            breakdowns.breakdown = 'advocate'
            and {{ matched_form('breakdowns.value') }} = yes_spellings.written
    where breakdowns.breakdown in {{ quoted_names(characteristics()) }}

)

select * from final
