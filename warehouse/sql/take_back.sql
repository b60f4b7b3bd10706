-- Take back every delivery that is stopped at the door, as if it had not been read: just what
-- extract wrote of it but its records. delivery_checks are the questions, found which of them fail,
-- known_texts the spellings that are known. What a person accepted does not stop a delivery that is
-- compared with the same last one and is not much worse.
create or replace temporary table failed_checks as
select
    checks.*,
    found.rule_code,
    rules.position,
    rules.severity,
    rules.remedy
from delivery_checks as checks
inner join found on checks.record_id = found.record_id
inner join raw.rules on found.rule_code = rules.rule_code
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

create or replace temporary table stops as
select * from failed_checks
where severity = 'error';

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

create or replace temporary table messages as
with
files as (
    select
        delivery_number,
        string_agg(file_name, ', ' order by file_name) as names,
        count(*) as files
    from raw.delivery_files
    where delivery_number is not null
    group by delivery_number
),

reasons as (
    select
        delivery_number,
        source,
        bool_or(severity = 'error') as is_stopped,
        string_agg(evidence, '; ' order by position, subject) as evidence,
        array_to_string(list_distinct(list(remedy order by position)), ' ') as remedies
    from failed_checks
    group by delivery_number, source
)

select
    run.run_id,
    files.delivery_number,
    reasons.is_stopped,
    files.names
    || case
        when not reasons.is_stopped then ': '
        when files.files = 1 then ' was stopped: '
        else ' were stopped: '
    end
    || reasons.evidence || '. ' || reasons.remedies
    || if(
        reasons.is_stopped,
        ' If it is right as it is, take it with `complaints accept-delivery ' || reasons.source
        || ' --reason …`.',
        ''
    ) as message
from files
inner join reasons on files.delivery_number = reasons.delivery_number
cross join raw.run;

update raw.delivery_files
set
    run_id = messages.run_id,
    delivery_number = if(messages.is_stopped, null, delivery_files.delivery_number),
    rows_read = if(messages.is_stopped, null, delivery_files.rows_read),
    status = if(messages.is_stopped, 'stopped', delivery_files.status),
    message = concat_ws(' ', delivery_files.message, messages.message)
from messages
where delivery_files.delivery_number = messages.delivery_number;

delete from raw.stopped_spellings
where source in (
    select stops.source from stops
    where stops.dataset = 'complaints'
);

insert into raw.stopped_spellings by name
select
    texts.source,
    texts.last_delivery,
    texts.field,
    texts.written,
    count(*) as rows_written
from (
    unpivot (
        select distinct
            delivered.file_position,
            stops.source,
            stops.last_delivery,
            records.procedure,
            records.stage,
            records.outcome,
            records.extension_agreed,
            records.legal_basis,
            records.target_met,
            records.status,
            records.advocate
        from stops
        inner join raw.delivered_rows as delivered
            on stops.delivery_number = delivered.delivery_number
        inner join raw.records on delivered.record_id = records.record_id
        where stops.dataset = 'complaints'
    )
    on procedure, stage, outcome, extension_agreed, legal_basis, target_met, status, advocate
    into name field value written
) as texts
anti join known_texts as known
    on texts.field = known.field and texts.written = known.written
group by all;

delete from raw.deliveries
where delivery_number in (select delivery_number from stops);
