-- The stages that have been open for longest, whether or not they were told of.

select
    named(case_reference, stage) || ', ' || procedure || ': received on '
    || in_words(received_date) || coalesce(', due on ' || in_words(due_date), '') as line
from published.fct_complaint_stages
where is_open
order by received_date, case_reference, stage
limit 5
