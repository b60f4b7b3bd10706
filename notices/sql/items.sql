-- What there is to tell about the published marts: one row per audience and item. The key stays
-- the same for as long as the item does, whatever file it is delivered in.

insert into items by name
with

rules as (

    select * from published.dq_rules

),

held_rows as (

    select
        *,
        unnest(string_split(rule_codes, ',')) as rule_code
    from published.dq_quarantine

),

-- A contradiction holds several rows of one stage; without a key, a row stands for itself. Nothing
-- is kept of a row that cannot be read, so every delivery brings it anew: those of a file, whatever
-- its date, are known by their number.
held as (

    select
        'held_row' as kind,
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
                when case_reference is null or stage is null then 'row ' || row_id
                else
                    case_reference || '|' || stage || '|' || row_number() over (
                        partition by rule_code, held_rows.source, case_reference, stage
                        order by row_id
                    )
            end
        ) as key,
        position,
        description || ' (' || rule_code || ')' as title,
        remedy,
        concat_ws('|', case_reference, stage) as sort,
        named(case_reference, stage) || ': ' || placed(file_name, row_number) as line
    from held_rows
    inner join rules using (rule_code)

),

warned as (

    select
        if(suite = 'classification', 'misclassification', 'warning') as kind,
        concat_ws('|', 'warning', rule_code, warnings.source, case_reference, stage) as key,
        position,
        description || ' (' || rule_code || ')' as title,
        remedy,
        concat_ws('|', case_reference, stage) as sort,
        named(case_reference, stage) || ': ' || placed(file_name, row_number) as line
    from published.dq_warnings as warnings
    inner join rules using (rule_code)

),

optional_inputs as (

    select
        if(severity = 'error', 'held_row', 'warning') as kind,
        concat_ws('|', 'input', rule_code, source, contents, row_number) as key,
        1000 + position as position,
        description || ' (' || rule_code || ')' as title,
        remedy,
        concat_ws('|', file_name, lpad(row_number::varchar, 9, '0')) as sort,
        placed(file_name, row_number) as line
    from published.dq_optional_inputs

),

-- A file of a new name or content is a delivery, also where it says what the one before said.
delivered as (

    select
        files.source,
        min(coalesce(runs.as_of_day, strptime(left(files.run_id, 8), '%Y%m%d'))::date) as first_seen
    from published.dq_deliveries as files
    left join ops_runs as runs using (run_id)
    where files.contents = 'complaints' and files.status <> 'rejected'
    group by files.source, files.file_name, files.content_hash

),

silent as (

    select
        'source_silent' as kind,
        concat_ws('|', 'silent', source, max(first_seen)) as key,
        0 as position,
        null as title,
        'See that its export still runs and still reaches the folder.' as remedy,
        source as sort,
        source || ' has delivered nothing new since ' || in_words(max(first_seen)) as line
    from delivered
    where list_contains(getvariable('sources')::varchar[], source)
    group by source
    having date_diff('day', max(first_seen), getvariable('as_of_day')::date)
        > getvariable('silent_days')

),

open_stages as (

    select
        *,
        named(case_reference, stage) || ', ' || procedure as who
    from published.fct_complaint_stages
    where is_open

),

clocks as (

    select
        source,
        case_reference,
        stage,
        who,
        'response' as clock,
        due_date,
        sla_status as status,
        working_days_left
    from open_stages
    where sla_status in ('open_in_time', 'open_overdue')

    union all

    select
        open_stages.source,
        open_stages.case_reference,
        open_stages.stage,
        open_stages.who,
        'panel' as clock,
        open_stages.panel_due_date as due_date,
        open_stages.panel_sla_status as status,
        (
            select
                if(open_stages.panel_sla_status = 'open_overdue', -1, 1)
                * count(*) filter (where calendar.is_working_day)
            from published.dim_date as calendar
            where
                calendar.date > least(
                    open_stages.panel_due_date, getvariable('as_of_day')::date
                )
                and calendar.date <= greatest(
                    open_stages.panel_due_date, getvariable('as_of_day')::date
                )
        ) as working_days_left
    from open_stages
    where open_stages.panel_sla_status in ('open_in_time', 'open_overdue')

),

due as (

    select
        if(status = 'open_overdue', 'overdue', 'due_soon') as kind,
        concat_ws(
            '|', if(status = 'open_overdue', 'overdue', 'due'), source, case_reference, stage, clock,
            due_date
        ) as key,
        0 as position,
        null as title,
        null as remedy,
        due_date::varchar as sort,
        who || ': the ' || clock || if(status = 'open_overdue', ' was', ' is') || ' due on '
        || in_words(due_date) || ', ' || working_days(abs(working_days_left))
        || if(status = 'open_overdue', ' ago', ' left') as line
    from clocks
    where status = 'open_overdue' or working_days_left <= getvariable('due_within_days')

)

select 'data_quality' as audience, * from held
union all by name
select 'data_quality' as audience, * from warned
union all by name
select 'data_quality' as audience, * from optional_inputs
union all by name
select 'data_quality' as audience, * from silent
union all by name
select 'deadlines' as audience, * from due;
