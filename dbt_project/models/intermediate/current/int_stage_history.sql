{{ config(materialized='view') }}

with

record_states as (

    select * from {{ ref('stg_record_states') }}

),

records as (

    select * from {{ ref('stg_records') }}

),

coded_texts as (

    select * from {{ ref('stg_coded_texts') }}
    where field = 'stage'

),

states_with_end as (

    select
        record_id,
        state,
        run_at as current_from_run_at,
        as_of_day as current_from_as_of_day,
        lead(run_at) over record_states as current_to_run_at,
        lead(as_of_day) over record_states as current_to_as_of_day
    from record_states
    window record_states as (
        partition by record_id
        order by state_number
    )

),

final as (

    select
        records.record_id,
        records.source,
        records.case_reference,
        coded_texts.value as stage,
        states_with_end.state,
        states_with_end.current_from_run_at,
        states_with_end.current_from_as_of_day,
        states_with_end.current_to_run_at,
        states_with_end.current_to_as_of_day
    from states_with_end
    inner join records on states_with_end.record_id = records.record_id
    left join coded_texts on records.stage = coded_texts.written
    where states_with_end.state in ('loaded', 'held')

)

select * from final
