-- The yardstick in SQL: one export to the quarterly tables, as an analyst writes it by hand.
-- It knows the faults that the benchmark's delivery contains, and leaves out the rows that the
-- warehouse holds back for them. The reference data are the warehouse's own.
-- Variables: export and seeds (paths), as_of. Result: the tables stages, teams and reasons.

create macro seed(name) as table
    select *
    from read_csv(getvariable('seeds') || '/' || name || '.csv');

create macro day_of(text) as try_strptime(text, '%d/%m/%Y')::date;

create table calendar as
with

days as (
    select range::date as day
    from range(timestamp '2000-01-01', timestamp '2028-01-01', interval 1 day)
)

select
    days.day,
    year(days.day) - (month(days.day) < 4)::integer as first_year,
    printf('%d-%02d Q%d', first_year, (first_year + 1) % 100, 1 + (month(days.day) + 8) % 12 // 3)
        as quarter,
    isodow(days.day) <= 5 and bank_holidays.date is null as is_working_day,
    count(*) filter (where is_working_day) over (order by days.day) as day_number
from days
left join seed('bank_holidays') as bank_holidays on days.day = bank_holidays.date;

create table export_rows as
select distinct *
from read_csv(
    getvariable('export'), all_varchar = true, header = true, delim = ',', ignore_errors = true
);

create table coded as
with

texts as (
    unpivot (
        select distinct
            procedure,
            stage,
            outcome,
            extension_agreed
        from export_rows
    )
    on procedure, stage, outcome, extension_agreed
    into name field value text
)

select distinct
    texts.field,
    texts.text,
    synonyms.value
from texts
inner join seed('synonyms') as synonyms
    on
        texts.field = synonyms.field
        and trim(regexp_replace(lower(texts.text), '[^\pL\pN]+', ' ', 'g')) = synonyms.written;

-- The newest row of each case and stage; where that is not known, none.
create table typed_rows as
with

typed as (
    select
        export_rows.case_reference,
        procedures.value as procedure,
        stages.value as stage,
        outcomes.value as outcome,
        coalesce(extensions.value = 'yes', false) as is_extended,
        day_of(export_rows.received_date) as received_date,
        day_of(export_rows.clock_start_date) as clock_start_date,
        day_of(export_rows.panel_date) as panel_date,
        day_of(export_rows.responded_date) as responded_date,
        coalesce(export_rows.service_team, 'Not recorded') as service_team,
        export_rows.reasons,
        strptime(export_rows.last_updated, '%d/%m/%Y %H:%M') as last_updated
    from export_rows
    left join coded as procedures
        on procedures.field = 'procedure' and export_rows.procedure = procedures.text
    left join coded as stages
        on stages.field = 'stage' and export_rows.stage = stages.text
    left join coded as outcomes
        on outcomes.field = 'outcome' and export_rows.outcome = outcomes.text
    left join coded as extensions
        on extensions.field = 'extension_agreed' and export_rows.extension_agreed = extensions.text
)

select *
from typed
qualify
    last_updated = max(last_updated) over (partition by case_reference, stage)
    and count(*) over (partition by case_reference, stage, last_updated) = 1;

create table measured as
with

usable as (
    select
        *,
        coalesce(outcome in ('upheld', 'partially_upheld'), false) as is_upheld,
        coalesce(outcome = 'withdrawn', false) as is_withdrawn
    from typed_rows
    where
        case_reference is not null
        and procedure is not null
        and stage is not null
        and received_date <= getvariable('as_of')
        and coalesce(responded_date >= received_date, true)
),

dated as (
    select
        usable.*,
        received_days.quarter,
        due_days.day as due_date
    from usable
    inner join calendar as received_days
        on usable.received_date = received_days.day
    inner join calendar as clock_days
        on
            coalesce(usable.panel_date, usable.clock_start_date, usable.received_date)
            = clock_days.day
    -- Stage 3 has 50 working days in all, after a panel 5 for its findings and the response's.
    left join seed('time_limits') as limits
        on
            limits.milestone = if(
                usable.stage = 'stage_3' and usable.panel_date is null, 'overall', 'response'
            )
            and usable.procedure = limits.procedure
            and usable.stage = limits.stage
            and usable.received_date
            between limits.valid_from and coalesce(limits.valid_to, 'infinity')
    left join calendar as due_days
        on
            due_days.is_working_day
            and clock_days.day_number
            + if(usable.is_extended, limits.extended_working_days, limits.working_days)
            + if(usable.panel_date is null, 0, 5)
            = due_days.day_number
)

select
    *,
    case
        when is_withdrawn or due_date is null then 'not_applicable'
        when responded_date <= due_date then 'in_sla'
        when responded_date is not null then 'late'
        when due_date >= getvariable('as_of') then 'open_in_time'
        else 'open_overdue'
    end as status
from dated;

create table stages as
select
    quarter,
    procedure,
    stage,
    count(*) as received,
    count(*) filter (where status = 'in_sla') as in_sla,
    count(*) filter (where status = 'late') as late,
    count(*) filter (where status = 'open_in_time') as open_in_time,
    count(*) filter (where status = 'open_overdue') as open_overdue,
    count(*) filter (where status = 'not_applicable') as not_applicable,
    count(*) filter (where is_upheld) as upheld,
    count(*) filter (where is_withdrawn) as withdrawn
from measured
group by all;

create table teams as
select
    quarter,
    procedure,
    stage,
    service_team,
    count(*) as received,
    count(*) filter (where status = 'in_sla') as in_sla,
    count(*) filter (where is_upheld) as upheld
from measured
group by all;

create table reasons as
with

stage_reasons as (
    select
        quarter,
        procedure,
        stage,
        unnest(string_split(reasons, ';')) as reason
    from measured
)

select
    *,
    count(*) as received
from stage_reasons
group by all;
