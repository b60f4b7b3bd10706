-- At stage 3 the response is counted from the panel's findings, which may come early; a source's
-- own target may lie before our due date.
with

stages as (

    select * from {{ ref('int_stage_deadlines') }}

),

accepted as (

    select distinct record_id
    from {{ ref('int_findings') }}
    where rule_code = 'clock_start_before_received' and is_accepted

),

final as (

    select
        stages.record_id,
        stages.received_date,
        stages.clock_start_date,
        stages.computed_due_date,
        stages.due_date_from_request
    from stages
    left join accepted on stages.record_id = accepted.record_id
    where
        accepted.record_id is null
        and (
            stages.clock_start_date < stages.received_date
            or (
                stages.stage <> 'stage_3'
                and stages.computed_due_date < stages.due_date_from_request
            )
        )

)

select * from final
