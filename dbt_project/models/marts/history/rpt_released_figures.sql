with

figures as (

    select * from {{ ref('stg_released_figures') }}

),

releases as (

    select * from {{ ref('stg_releases') }}

),

final as (

    select
        releases.release,
        figures.period,
        figures.procedure,
        figures.stage,
        figures.breakdown,
        figures.value,
        figures.measure,
        figures.counted,
        figures.is_hidden
    from figures
    inner join releases on figures.release_number = releases.release_number
    -- who complained is counted in the released documents alone
    where
        figures.breakdown not in {{ quoted_names(characteristics()) }}
        and figures.measure != 'with_advocate'

)

select * from final
