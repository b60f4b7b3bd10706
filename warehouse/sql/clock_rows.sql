-- What the rules of gate 2 compare: the loaded rows that were judged tonight, with the due dates
-- that dbt computed and the nearest earlier stage of the case.
create or replace temporary table clock_rows as
select
    row_id,
    case_reference,
    received_date,
    target_date,
    due_date,
    previous_stage,
    -- The first day on which the stage before was answered or overdue.
    least(previous_responded_date, previous_due_date + 1) as previous_stage_over_date,
    working_days_since_previous_response,
    request_limit_working_days
from intermediate.int_stage_escalations
where not is_settled and not is_held;
