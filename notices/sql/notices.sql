-- What there is to notify of in the published marts: one row per audience and notice. The key
-- stays the same for as long as the notice holds, whatever file it is delivered in.

insert into notices by name
with

rules as (

    select
        * exclude (description),
        description as title
    from published.dq_rules

),

-- Without a key, a row is known by itself. Nothing is kept of a row that cannot be read, so every
-- delivery brings it again: those of a file, whatever its date, are known by their number.
held as (

    select
        *,
        unnest(string_split(rule_codes, ',')) as rule_code,
        case
            when case_reference is null and stage is null then 'file ' || undated(file_name)
            when case_reference is null or stage is null then 'row ' || record_id
            else case_reference || '|' || stage
        end as held_key
    from published.dq_quarantine

),

on_rows as (

    -- A contradiction holds several rows of one stage.
    select
        'held_row' as notice_type,
        rule_code,
        concat_ws('|', 'held', rule_code, source, held_key, row_number() over (
            partition by rule_code, source, held_key order by row_number, record_id
        )) as key,
        case_reference,
        stage,
        service_team,
        record_id,
        placed(file_name, row_number) as place
    from held

    union all by name

    select
        'warning' as notice_type,
        rule_code,
        concat_ws('|', 'warning', rule_code, source, case_reference, stage) as key,
        case_reference,
        stage,
        service_team,
        record_id,
        placed(file_name, row_number) as place
    from published.dq_warnings

),

-- A file of a new name or content is a delivery, also where it says what the one before said.
delivered as (

    select
        source,
        min(coalesce(as_of_day, strptime(left(run_id, 8), '%Y%m%d'))::date) as first_seen
    from published.dq_deliveries
    left join published.ops_runs using (run_id)
    where dataset = 'complaints' and dq_deliveries.status not in ('rejected', 'stopped')
    group by source, file_name, content_hash

),

silent as (

    select
        source,
        max(first_seen) as last_seen
    from delivered
    where list_contains(getvariable('sources')::varchar[], source)
    group by source
    having date_diff('day', last_seen, getvariable('as_of_day')::date) > getvariable('silent_days')

),

open_stages as (

    select
        *,
        named(case_reference, stage) || ', ' || procedure || of_team(service_team) as stage_name
    from published.fct_complaint_stages
    where is_open

),

clocks as (

    select
        *,
        named(case_reference, stage) || ', ' || procedure || of_team(service_team) as stage_name,
        case task
            when 'acknowledge' then 'acknowledgement'
            when 'answer' then 'response'
            when 'hold_panel' then 'panel'
            when 'send_findings' then 'report of findings'
        end as clock,
        due_date as due_on,
        working_days_left as days_left
    from published.rpt_worklist
    where due_date is not null

)

select
    'data_quality' as audience,
    if(
        suite = 'classification' and notice_type = 'warning', 'misclassification', notice_type
    ) as notice_type,
    key,
    position,
    title,
    remedy,
    concat_ws('|', case_reference, stage) as sort,
    named(case_reference, stage) || of_team(service_team) || ': ' || place as text,
    service_team as team,
    rule_code,
    record_id as counted_as
from on_rows
inner join rules using (rule_code)

union all by name

select
    'data_quality' as audience,
    if(severity = 'error', 'held_row', 'warning') as notice_type,
    concat_ws('|', 'input', rule_code, source, dataset, row_number) as key,
    1000 + position as position,
    description as title,
    remedy,
    concat_ws('|', file_name, lpad(row_number::varchar, 9, '0')) as sort,
    placed(file_name, row_number) as text,
    rule_code,
    concat_ws('|', source, dataset, row_number) as counted_as
from published.dq_optional_inputs

union all by name

select
    'data_quality' as audience,
    'source_silent' as notice_type,
    concat_ws('|', 'silent', source, last_seen) as key,
    'Check that its export still runs and still reaches the folder.' as remedy,
    source as sort,
    source || ' has delivered nothing new since ' || day_in_full(last_seen) as text
from silent

union all by name

-- Said once, in the first message after it, however late; nothing says which cases they were.
select
    'data_quality' as audience,
    'erased' as notice_type,
    concat_ws('|', 'erased', erased_on, way, cause, role, cases) as key,
    erased_on::varchar as sort,
    cases || if(cases = 1, ' case was ', ' cases were ')
    || if(way = 'forget', 'erased', 'anonymised') || ' on ' || day_in_full(erased_on)
    || ', because '
    || if(cause = 'retention', 'the retention period had ended', 'it was asked for')
        as text
from published.dq_erasures
where
    date_diff('day', erased_on, getvariable('as_of_day')::date)
    between 0 and getvariable('given_up_after_days')

union all by name

select
    'deadlines' as audience,
    if(is_overdue, 'overdue', 'due_soon') as notice_type,
    concat_ws('|', if(is_overdue, 'overdue', 'due'), source, case_reference, stage, clock, due_on)
        as key,
    due_on::varchar as sort,
    stage_name || ': the ' || clock || if(is_overdue, ' was', ' is') || ' due on '
    || day_in_full(due_on)
    -- On the Saturday after a Friday's due date no working day has passed yet.
    || if(
        days_left = 0, '',
        ', ' || working_days(abs(days_left)) || if(is_overdue, ' ago', ' left')
    ) as text,
    service_team as team,
    concat_ws('|', source, case_reference, stage) as counted_as
from clocks
where is_overdue or days_left <= getvariable('due_within_days')

union all by name

-- No investigator, and nothing else of the investigation.
select
    'deadlines' as audience,
    'not_started' as notice_type,
    concat_ws('|', 'not started', source, case_reference) as key,
    received_date::varchar as sort,
    named(case_reference, 'stage_2') || ', ' || procedure || of_team(service_team)
    || ': requested on ' || day_in_full(received_date) || ', '
    || working_days(working_days_waited) || ' ago, and no investigator is recorded' as text,
    service_team as team
from published.rpt_stage_2_milestones
where is_open and not is_started and working_days_waited > getvariable('not_started_days')

union all by name

-- They are listed beside what is new, whether or not they were sent before.
select
    'deadlines' as audience,
    'oldest_open' as notice_type,
    concat_ws('|', 'open', source, case_reference, stage) as key,
    concat_ws('|', received_date, case_reference, stage) as sort,
    stage_name || ': received on ' || day_in_full(received_date)
    || coalesce(', due on ' || day_in_full(due_date), '') as text,
    service_team as team
from open_stages
qualify row_number() over (order by received_date, case_reference, stage) <= 5;

insert into rejected_files
select
    source,
    file_name,
    content_hash,
    message,
    status
from published.dq_deliveries
where
    -- What is stopped at the door is said every night until it is taken.
    is_stopped_now
    or status = 'rejected'
    and run_id = coalesce(
        getvariable('run_id')::varchar,
        (select max(newest.run_id) from published.dq_deliveries as newest)
    );

insert into totals
select
    'deadlines' as audience,
    service_team as team,
    'open' as counted,
    count(*) as number
from published.rpt_open_stages
group by all;
