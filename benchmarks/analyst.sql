-- The yardstick in SQL: one export to the quarterly tables, as an analyst writes it by hand.
-- It knows the faults that the benchmark's delivery contains, and leaves out the rows that the
-- warehouse holds back for them. The reference data are the warehouse's own.
-- Variables: export and seeds (paths), as_of. Result: the tables stages, teams and reasons.

create macro seed(name) as table
select *
from read_csv(getvariable('seeds') || '/' || name || '.csv');

create macro day_of(text) as try_strptime(text, '%d/%m/%Y')::date;

create table calendar as
select
    *,
    year(day) - (month(day) < 4)::integer as first_year,
    printf('%d-%02d Q%d', first_year, (first_year + 1) % 100, 1 + (month(day) + 8) % 12 // 3)
        as quarter,
    count(*) filter (where is_working_day) over (order by day) as day_number
from (
    select
        range::date as day,
        isodow(day) <= 5 and day not in (select date from seed('bank_holidays')) as is_working_day
    from range(timestamp '2000-01-01', timestamp '2028-01-01', interval 1 day)
);

create table export_rows as
select distinct *
from read_csv(
    getvariable('export'), all_varchar = true, header = true, delim = ',', ignore_errors = true
);

create table coded as
with

texts as (
    unpivot (select distinct procedure, stage, outcome, extension_agreed from export_rows)
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
select
    case_reference,
    procedures.value as procedure,
    stages.value as stage,
    outcomes.value as outcome,
    coalesce(extensions.value = 'yes', false) as is_extended,
    day_of(received_date) as received_date,
    coalesce(day_of(clock_start_date), day_of(received_date)) as clock_start_date,
    day_of(responded_date) as responded_date,
    coalesce(service_team, 'Not recorded') as service_team,
    reasons,
    rank() over (
        partition by case_reference, stages.value
        order by strptime(last_updated, '%d/%m/%Y %H:%M') desc
    ) as age,
    count(*) over (partition by case_reference, stages.value, last_updated) as rows_of_that_age
from export_rows
left join coded as procedures
    on procedures.field = 'procedure' and procedures.text = export_rows.procedure
left join coded as stages
    on stages.field = 'stage' and stages.text = export_rows.stage
left join coded as outcomes
    on outcomes.field = 'outcome' and outcomes.text = export_rows.outcome
left join coded as extensions
    on extensions.field = 'extension_agreed' and extensions.text = export_rows.extension_agreed
qualify age = 1 and rows_of_that_age = 1;

create table measured as
select
    typed_rows.*,
    received_days.quarter,
    coalesce(outcome in ('upheld', 'partially_upheld'), false) as is_upheld,
    coalesce(outcome = 'withdrawn', false) as is_withdrawn,
    case
        when is_withdrawn or due_days.day is null then 'not_applicable'
        when responded_date <= due_days.day then 'in_sla'
        when responded_date is not null then 'late'
        when due_days.day >= getvariable('as_of') then 'open_in_time'
        else 'open_overdue'
    end as status
from typed_rows
inner join calendar as received_days
    on received_days.day = received_date
inner join calendar as clock_days
    on clock_days.day = clock_start_date
left join seed('time_limits') as limits
    on
        limits.milestone = 'response'
        and limits.procedure = typed_rows.procedure
        and limits.stage = typed_rows.stage
        and received_date between limits.valid_from and coalesce(limits.valid_to, 'infinity')
left join calendar as due_days
    on
        due_days.is_working_day
        and due_days.day_number
        = clock_days.day_number + if(is_extended, extended_working_days, working_days)
where
    case_reference is not null
    and typed_rows.procedure is not null
    and typed_rows.stage is not null
    and received_date <= getvariable('as_of')
    and coalesce(responded_date >= received_date, true);

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
