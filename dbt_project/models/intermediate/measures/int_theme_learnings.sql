-- The texts stay in the working store, where `complaints report` reads them.
{{ config(materialized='view') }}

with

periods as (

    select * from {{ ref('int_periods') }}

),

flags as (

    select * from {{ ref('int_stage_flags') }}

),

records as (

    select * from {{ ref('stg_records') }}
    where learning <> ''

),

stage_themes as (

    select
        flags.financial_quarter,
        flags.procedure,
        flags.stage,
        {{ row_for_each(themes_in("coalesce(records.reasons, '')")) }} as reason,
        records.learning
    from flags
    inner join records on flags.record_id = records.record_id

),

final as (

    select
        periods.period,
        periods.period_length,
        stage_themes.procedure,
        stage_themes.stage,
        stage_themes.reason,
        array_sort(array_agg(distinct stage_themes.learning)) as learning_texts
    from stage_themes
    inner join periods on stage_themes.financial_quarter = periods.financial_quarter
    group by all

)

select * from final
