-- Take back every delivery that is stopped at the door, as if it had not been read: just what extract
-- wrote of it. delivery_checks are the questions, found which of them fail. What a person accepted
-- does not stop a delivery that is compared with the same last one and is not much worse.
create or replace temporary table stops as
select
    checks.*,
    found.rule_code
from delivery_checks as checks
inner join found on checks.record_id = found.record_id
inner join raw.rules on found.rule_code = rules.rule_code and rules.severity = 'error'
where not exists (
    select 1 from raw.delivery_acceptances as accepted
    where
        accepted.source = checks.source
        and accepted.dataset = checks.dataset
        and accepted.last_delivery = checks.last_delivery
        and accepted.rule_code = found.rule_code
        and accepted.subject = checks.subject
        and checks.extent <= 1.1 * accepted.extent
);

insert into raw.delivery_stops by name
select
    run.run_id,
    stops.source,
    stops.dataset,
    stops.last_delivery,
    stops.rule_code,
    stops.subject,
    stops.extent,
    stops.evidence
from stops
cross join raw.run;

update raw.delivery_files
set
    run_id = told.run_id,
    delivery_number = null,
    rows_read = null,
    status = 'stopped',
    message = told.message
from (
    with files as (
        select
            delivery_number,
            string_agg(file_name, ', ' order by file_name)
            || if(count(*) = 1, ' was stopped: ', ' were stopped: ') as begins
        from raw.delivery_files
        where delivery_number is not null
        group by delivery_number
    ),
    reasons as (
        select
            stops.delivery_number,
            stops.source,
            string_agg(stops.evidence, '; ' order by rules.position, stops.subject) as evidence,
            string_agg(distinct rules.remedy, ' ' order by rules.remedy) as remedies
        from stops
        inner join raw.rules on stops.rule_code = rules.rule_code
        group by stops.delivery_number, stops.source
    )
    select
        run.run_id,
        files.delivery_number,
        files.begins || reasons.evidence || '. ' || reasons.remedies
        || ' If it is right as it is, take it with `complaints accept-delivery ' || reasons.source
        || ' --reason …`.' as message
    from files
    inner join reasons on files.delivery_number = reasons.delivery_number
    cross join raw.run
) as told
where delivery_files.delivery_number = told.delivery_number;

delete from raw.record_changes where delivery_number in (select delivery_number from stops);
delete from raw.delivered_rows where delivery_number in (select delivery_number from stops);
delete from raw.deliveries where delivery_number in (select delivery_number from stops);
