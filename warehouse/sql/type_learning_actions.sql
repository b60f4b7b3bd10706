-- The learning actions to judge, typed. `…_text` is what was written.
create or replace table landing.typed_input as
select
    * exclude (due_quarter, status),
    due_quarter as due_quarter_text,
    read_financial_quarter(due_quarter) as due_quarter,
    status as status_text,
    case matched_form(status)
        when 'notstarted' then 'not_started'
        when 'inprogress' then 'in_progress'
        when 'done' then 'done'
        when 'dropped' then 'dropped'
    end as status
from landing.input_rows;
