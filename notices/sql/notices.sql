-- What there is to notify of in the published marts: one row per audience and notice. The key
-- stays the same for as long as the notice holds, whatever file it is delivered in.

insert into notices by name
with

rules as (

    select
        * exclude (description),
        description || ' (' || rule_code || ')' as title
    from published.dq_rules

),

-- The one place that names the key of a row: row_id in the marts of version 0.1.0.
held_rows as (

    select
        *,
        columns('^(row|record)_id$') as record_key,
        unnest(string_split(rule_codes, ',')) as rule_code
    from published.dq_quarantine

),

-- A contradiction holds several rows of one stage; without a key, a row stands for itself. Nothing
-- is kept of a row that cannot be read, so every delivery brings it anew: those of a file, whatever
-- its date, are known by their number.
held as (

    select
        'held_row' as notice_type,
        concat_ws(
            '|',
            'held',
            rule_code,
            held_rows.source,
            case
                when case_reference is null and stage is null
                    then 'file ' || undated(file_name) || '|' || row_number() over (
                        partition by
                            rule_code,
                            held_rows.source,
                            case_reference,
                            stage,
                            undated(file_name)
                        order by row_number
                    )
                when case_reference is null or stage is null then 'row ' || record_key
                else
                    case_reference || '|' || stage || '|' || row_number() over (
                        partition by rule_code, held_rows.source, case_reference, stage
                        order by record_key
                    )
            end
        ) as key,
        position,
        title,
        remedy,
        concat_ws('|', case_reference, stage) as sort,
        named(case_reference, stage) || ': ' || placed(file_name, row_number) as text
    from held_rows
    inner join rules using (rule_code)

),

warned as (

    select
        if(suite = 'classification', 'misclassification', 'warning') as notice_type,
        concat_ws('|', 'warning', rule_code, warnings.source, case_reference, stage) as key,
        position,
        title,
        remedy,
        concat_ws('|', case_reference, stage) as sort,
        named(case_reference, stage) || ': ' || placed(file_name, row_number) as text
    from published.dq_warnings as warnings
    inner join rules using (rule_code)

),

optional_inputs as (

    select
        if(severity = 'error', 'held_row', 'warning') as notice_type,
        concat_ws(
            '|', 'input', rule_code, source, columns('^(contents|dataset)$'), row_number
        ) as key,
        1000 + position as position,
        description || ' (' || rule_code || ')' as title,
        remedy,
        concat_ws('|', file_name, lpad(row_number::varchar, 9, '0')) as sort,
        placed(file_name, row_number) as text
    from published.dq_optional_inputs

),

-- A file of a new name or content is a delivery, also where it says what the one before said.
delivered as (

    select
        files.source,
        min(coalesce(runs.as_of_day, strptime(left(files.run_id, 8), '%Y%m%d'))::date) as first_seen
    from published.dq_deliveries as files
    left join published.ops_runs as runs using (run_id)
    where columns('^(contents|dataset)$') = 'complaints' and files.status <> 'rejected'
    group by files.source, files.file_name, files.content_hash

),

silent as (

    select
        'source_silent' as notice_type,
        concat_ws('|', 'silent', source, max(first_seen)) as key,
        'See that its export still runs and still reaches the folder.' as remedy,
        source as sort,
        source || ' has delivered nothing new since ' || day_in_full(max(first_seen)) as text
    from delivered
    where list_contains(getvariable('sources')::varchar[], source)
    group by source
    having date_diff('day', max(first_seen), getvariable('as_of_day')::date)
        > getvariable('silent_days')

),

open_stages as (

    select
        *,
        named(case_reference, stage) || ', ' || procedure as stage_name
    from published.fct_complaint_stages
    where is_open

),

clocks as (

    select
        *,
        'response' as clock,
        due_date as due_on,
        sla_status as status,
        working_days_left as days_left
    from open_stages

    union all

    select
        *,
        'panel' as clock,
        panel_due_date as due_on,
        panel_sla_status as status,
        panel_working_days_left as days_left
    from open_stages

),

due as (

    select
        if(status = 'open_overdue', 'overdue', 'due_soon') as notice_type,
        concat_ws(
            '|', if(status = 'open_overdue', 'overdue', 'due'), source, case_reference, stage, clock,
            due_on
        ) as key,
        due_on::varchar as sort,
        stage_name || ': the ' || clock || if(status = 'open_overdue', ' was', ' is')
        || ' due on ' || day_in_full(due_on) || ', ' || working_days(abs(days_left))
        || if(status = 'open_overdue', ' ago', ' left') as text
    from clocks
    where
        status = 'open_overdue'
        or (status = 'open_in_time' and days_left <= getvariable('due_within_days'))

),

-- They stand beside what is new, whether or not they were sent before.
oldest_open as (

    select
        'oldest_open' as notice_type,
        concat_ws('|', 'open', source, case_reference, stage) as key,
        concat_ws('|', received_date, case_reference, stage) as sort,
        stage_name || ': received on ' || day_in_full(received_date)
        || coalesce(', due on ' || day_in_full(due_date), '') as text
    from open_stages
    order by received_date, case_reference, stage
    limit 5

)

select 'data_quality' as audience, * from held
union all by name
select 'data_quality' as audience, * from warned
union all by name
select 'data_quality' as audience, * from optional_inputs
union all by name
select 'data_quality' as audience, * from silent
union all by name
select 'deadlines' as audience, * from due
union all by name
select 'deadlines' as audience, * from oldest_open;

insert into rejected_files
select source, file_name, content_hash, message from published.dq_deliveries
where
    status = 'rejected'
    and run_id = coalesce(
        getvariable('run_id')::varchar,
        (select max(newest.run_id) from published.dq_deliveries as newest)
    );

insert into totals
select 'data_quality', 'Held back now', count(*) from published.dq_quarantine
union all
select 'data_quality', 'Warnings now', count(*) from published.dq_warnings
union all
select 'deadlines', 'Open stages', count(*) from published.fct_complaint_stages where is_open
union all
select 'deadlines', 'Overdue', count(*) from published.fct_complaint_stages
where is_open and sla_status = 'open_overdue';
