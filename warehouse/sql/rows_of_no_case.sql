-- Complaint rows that left and are of no case, such as those whose reference a spreadsheet spoilt,
-- with the day on which they left: no case's retention reaches them.
create or replace temporary view rows_of_no_case as
select
    records.record_id,
    deliveries.as_of_day as left_on
from raw.records
inner join intermediate.int_record_places as places on records.record_id = places.record_id
inner join raw.deliveries on places.left_with_delivery = deliveries.delivery_number
where
    records.record_id not in (select record_id from intermediate.int_complaint_rows)
    and not exists (
        select 1 from intermediate.int_complaint_rows as stored
        where stored.source = records.source and stored.case_reference = records.case_reference
    );
