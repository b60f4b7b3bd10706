-- What each record is now, loaded or held, and what the log says that it was; the record that is no
-- longer current has left.
{{ config(materialized='view') }}

with

current_records as (

    select record_id
    from {{ ref('int_current_records') }}
    where not is_superseded and not is_duplicate

    union all

    select distinct record_id
    from {{ ref('stg_delivered_rows') }}
    where
        dataset <> 'complaints'
        and record_id not in (
            select duplicates.record_id from {{ ref('int_duplicate_inputs') }} as duplicates
        )

),

held as (

    select distinct record_id
    from {{ ref('int_findings') }}
    where is_holding

),

logged as (

    select
        record_id,
        max_by(state, state_number) as state
    from {{ ref('stg_record_states') }}
    group by record_id

),

states as (

    select
        current_records.record_id,
        if(held.record_id is null, 'loaded', 'held') as state
    from current_records
    left join held on current_records.record_id = held.record_id

),

final as (

    select
        coalesce(states.record_id, logged.record_id) as record_id,
        coalesce(states.state, 'left') as state,
        logged.state as logged_state
    from states
    full join logged on states.record_id = logged.record_id

)

select * from final
