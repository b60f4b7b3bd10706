-- The cases that are closed, with the day on which their last stage was answered: none of their
-- rows is held back, and each stage was answered, withdrawn or closed. One without a day counts
-- with the last day that is known of it. Anonymised cases have nothing left to erase.
create or replace temporary view answered_cases as
select
    stored.source,
    stored.case_reference,
    max(coalesce(stored.responded_date, stored.last_updated::date, stored.received_date))
        as last_answered_on
from intermediate.int_complaint_rows as stored
inner join intermediate.int_record_states as states on stored.record_id = states.record_id
where
    stored.case_reference is not null
    and stored.case_reference not like 'anonymised-%'
group by stored.source, stored.case_reference
having
    bool_and(
        states.state = 'loaded'
        and (
            stored.responded_date is not null
            -- Of an open stage both are unknown, which bool_and would pass over.
            or coalesce(stored.outcome = 'withdrawn', false)
            or coalesce(stored.status = 'closed', false)
        )
    );
