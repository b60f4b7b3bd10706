-- The rows that a rule on the row alone holds back, by what they are known again: a release keeps
-- them beside the stages of int_stage_deadlines.
{{ config(materialized='table') }}

with

held_rows as (

    select * from {{ ref('int_held_rows') }}

),

findings as (

    select distinct record_id
    from {{ ref('int_findings') }}
    where is_holding_by_itself

),

final as (

    select
        held_rows.record_id,
        held_rows.source,
        held_rows.case_reference,
        held_rows.stage,
        true as is_held
    from held_rows
    inner join findings on held_rows.record_id = findings.record_id
    where held_rows.case_reference is not null

)

select * from final
