{{ config(materialized='view') }}

with

row_states as (

    select *
    from {{ ref('stg_row_states') }}

),

row_versions as (

    select *
    from {{ ref('stg_row_versions') }}

),

states_with_end as (

    select
        row_id,
        state,
        run_at as current_from_run_at,
        as_of_day as current_from_as_of_day,
        lead(run_at) over version_states as current_to_run_at,
        lead(as_of_day) over version_states as current_to_as_of_day
    from row_states
    window version_states as (partition by row_id order by state_number)

),

final as (

    select
        row_versions.row_id,
        row_versions.source,
        row_versions.case_reference,
        row_versions.stage,
        states_with_end.state,
        states_with_end.current_from_run_at,
        states_with_end.current_from_as_of_day,
        states_with_end.current_to_run_at,
        states_with_end.current_to_as_of_day
    from states_with_end
    inner join row_versions
        on states_with_end.row_id = row_versions.row_id
    where states_with_end.state in ('loaded', 'held')

)

select *
from final
