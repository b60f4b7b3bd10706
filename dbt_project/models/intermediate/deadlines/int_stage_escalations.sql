{{ config(materialized='view') }}

with

stages as (

    select *
    from {{ ref('int_stage_deadlines') }}

),

calendar as (

    select *
    from {{ ref('int_calendar') }}

),

request_limits as (

    select *
    from {{ ref('int_time_limits_by_day') }}
    where milestone = 'request'

),

complaint_cases as (

    select *
    from {{ ref('int_complaint_cases') }}

),

-- The nearest earlier stage counts whether it is held back or not. Where it has no usable dates,
-- none are compared: those of a stage before it would be another question.
stages_with_previous as (

    select
        stages.*,
        previous_stages.stage as previous_stage,
        previous_stages.responded_date as previous_responded_date,
        previous_stages.due_date as previous_due_date
    from stages
    left join complaint_cases on stages.record_id = complaint_cases.record_id
    left join stages as previous_stages
        on
            stages.source = previous_stages.source
            and stages.case_reference = previous_stages.case_reference
            and complaint_cases.stage_before = previous_stages.stage

),

final as (

    select
        stages_with_previous.record_id,
        stages_with_previous.source,
        stages_with_previous.case_reference,
        stages_with_previous.stage,
        stages_with_previous.procedure,
        stages_with_previous.received_date,
        stages_with_previous.target_date,
        if(
            stages_with_previous.target_date = stages_with_previous.due_date_overall,
            stages_with_previous.due_date_overall,
            stages_with_previous.due_date
        ) as expected_target_date,
        stages_with_previous.is_held,
        stages_with_previous.previous_stage,
        stages_with_previous.previous_responded_date,
        stages_with_previous.previous_due_date,
        -- the first day on which the stage before was answered or overdue
        least(
            stages_with_previous.previous_responded_date,
            stages_with_previous.previous_due_date + 1
        ) as previous_stage_over_date,
        received_days.working_day_number - response_days.working_day_number
            as working_days_since_previous_response,
        request_limits.working_days as request_limit_working_days,
        case
            when
                answered_days.working_day_number - exchanged_receipts.working_day_number
                between 0 and stages_with_previous.extended_working_days_limit
                or exchanged_answers.working_day_number - received_days.working_day_number
                between 0 and stages_with_previous.extended_working_days_limit
                then stages_with_previous.working_days_taken_from_request
        end as working_days_of_exchangeable_dates
    from stages_with_previous
    inner join calendar as received_days
        on stages_with_previous.received_date = received_days.date
    left join calendar as response_days
        on stages_with_previous.previous_responded_date = response_days.date
    left join calendar as answered_days
        on stages_with_previous.responded_date = answered_days.date
    -- received no later than answered, also with day and month exchanged
    left join calendar as exchanged_receipts
        on
            stages_with_previous.received_date_exchanged = exchanged_receipts.date
            and stages_with_previous.responded_date >= exchanged_receipts.date
    left join calendar as exchanged_answers
        on
            stages_with_previous.responded_date_exchanged = exchanged_answers.date
            and stages_with_previous.received_date <= exchanged_answers.date
    left join request_limits
        on
            stages_with_previous.received_date = request_limits.date
            and stages_with_previous.procedure = request_limits.procedure
            and stages_with_previous.stage = request_limits.stage

)

select *
from final
