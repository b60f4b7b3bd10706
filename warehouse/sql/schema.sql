-- The working store's own tables. Every statement can be run again: an older
-- warehouse gains what is new and keeps what it has.

create schema if not exists raw;
create schema if not exists landing;

create sequence if not exists raw.row_ids start 1;
create sequence if not exists raw.state_numbers start 1;
create sequence if not exists raw.acceptance_numbers start 1;

-- Every version of every row ever read, as its text, append-only.
create table if not exists raw.row_versions (
    row_id bigint not null,
    source varchar not null,
    content_hash uhugeint,
    field_count integer not null,
    header_field_count integer not null,
    case_reference varchar,
    procedure varchar,
    stage varchar,
    received_date varchar,
    clock_start_date varchar,
    acknowledged_date varchar,
    extension_agreed varchar,
    panel_date varchar,
    target_date varchar,
    responded_date varchar,
    outcome varchar,
    service_team varchar,
    reasons varchar,
    legal_basis varchar,
    complainant_type varchar,
    age_band varchar,
    gender varchar,
    ethnicity varchar,
    disability varchar,
    sexual_orientation varchar,
    advocate varchar,
    learning varchar,
    last_updated varchar,
    first_run_id varchar not null
);

-- What became of each version and when, append-only: loaded, held or left.
-- run_at is the wall clock, as_of_day the day the figures were seen from.
create table if not exists raw.row_states (
    state_number bigint not null default nextval('raw.state_numbers'),
    row_id bigint not null,
    state varchar not null,
    run_id varchar not null,
    run_at timestamp not null,
    as_of_day date not null
);

-- The newest delivered version of each source, case and stage, typed.
create table if not exists raw.stage_rows (
    row_id bigint not null,
    source varchar not null,
    case_reference varchar,
    stage varchar,
    procedure varchar,
    received_date date,
    clock_start_date date,
    acknowledged_date date,
    extension_agreed boolean not null,
    panel_date date,
    target_date date,
    responded_date date,
    outcome varchar,
    service_team varchar not null,
    reasons varchar,
    legal_basis varchar,
    complainant_type varchar,
    age_band varchar,
    gender varchar,
    ethnicity varchar,
    disability varchar,
    sexual_orientation varchar,
    advocate varchar,
    learning varchar,
    last_updated timestamp,
    content_hash uhugeint,
    file_name varchar not null,
    row_number bigint not null,
    takes_part boolean not null,
    is_held boolean not null,
    is_settled boolean not null
);

-- Which rule failed on which of those rows; gate is row, case or clock. What a person found right
-- stays a finding, but holds no row back and is no warning.
create table if not exists raw.findings (
    row_id bigint not null,
    rule_code varchar not null,
    gate varchar not null,
    is_accepted boolean default false
);

-- Older warehouses know no acceptances.
alter table raw.findings add column if not exists is_accepted boolean default false;

-- Which findings a person has checked and found right, and taken back, append-only. An acceptance
-- is of one version of a row, so a change of the row ends it. The reason is free text and stays
-- here.
create table if not exists raw.acceptances (
    acceptance_number bigint not null default nextval('raw.acceptance_numbers'),
    row_id bigint not null,
    rule_code varchar not null,
    source varchar not null,
    case_reference varchar not null,
    stage varchar not null,
    is_withdrawal boolean not null,
    role varchar not null,
    reason varchar,
    recorded_at timestamp not null,
    recorded_on date not null
);

-- Those not taken back.
create or replace view raw.acceptances_in_force as
select
    row_id,
    rule_code
from raw.acceptances
group by row_id, rule_code
having not arg_max(is_withdrawal, acceptance_number);

-- The rules as declared in expectations/, for dbt to read.
create table if not exists raw.rules (
    position integer not null,
    rule_code varchar not null,
    severity varchar not null,
    suite varchar not null,
    description varchar not null,
    source varchar not null,
    remedy varchar not null
);

-- One row per file of a run; counts are null where the file was not read.
create table if not exists raw.delivery_files (
    run_id varchar not null,
    source varchar not null,
    file_name varchar not null,
    content_hash varchar,
    series varchar,
    stamp varchar,
    rows_read bigint,
    rows_loaded bigint,
    rows_unchanged bigint,
    rows_duplicate bigint,
    rows_superseded bigint,
    rows_quarantined bigint,
    status varchar not null,
    message varchar,
    contents varchar default 'complaints'
);

-- Older warehouses hold files of complaints only.
alter table raw.delivery_files add column if not exists contents varchar default 'complaints';

-- One row per delivery that was loaded. identity is made of the content
-- hashes of its files and of the source's definition.
create table if not exists raw.deliveries (
    delivery_number bigint not null,
    source varchar not null,
    run_id varchar not null,
    identity varchar not null
);

-- One row per night and source whose load was committed. rulebook is the hash of all that decides
-- a verdict: rules, landing, reference data and models; acceptance_number is the newest acceptance
-- that the verdicts know.
create table if not exists raw.nights (
    run_id varchar not null,
    source varchar not null,
    run_at timestamp not null,
    as_of_day date not null,
    rulebook varchar not null,
    acceptance_number bigint default 0
);

alter table raw.nights add column if not exists acceptance_number bigint default 0;

-- The day the figures are seen from: one row, given to dbt as data.
create table if not exists raw.as_of_day (
    as_of_day date not null,
    run_id varchar not null
);

-- The runs whose marts were published.
create table if not exists raw.publications (
    run_id varchar not null,
    published_at timestamp not null
);

-- The optional inputs of the quarterly report: of each source, the rows of the newest file that
-- passed. file_name and row_number say where each was read.
create table if not exists raw.learning_actions (
    source varchar not null,
    theme varchar not null,
    action varchar not null,
    owner_role varchar not null,
    due_quarter varchar not null,
    status varchar not null,
    evidence varchar,
    file_name varchar not null,
    row_number bigint not null
);

create table if not exists raw.benchmarks (
    source varchar not null,
    authority varchar not null,
    financial_year varchar not null,
    measure varchar not null,
    value double not null,
    note varchar,
    file_name varchar not null,
    row_number bigint not null
);

create table if not exists raw.indicators (
    source varchar not null,
    name varchar not null,
    period varchar not null,
    value varchar not null,
    value_number double,
    file_name varchar not null,
    row_number bigint not null
);

create table if not exists raw.team_changes (
    source varchar not null,
    old_team varchar not null,
    new_team varchar not null,
    change_date date not null,
    file_name varchar not null,
    row_number bigint not null
);

-- Which file each of them holds, and by which rules its rows were judged.
create table if not exists raw.optional_inputs (
    source varchar not null,
    contents varchar not null,
    file_name varchar not null,
    content_hash varchar not null,
    stamp varchar,
    rulebook varchar not null,
    run_id varchar not null
);

-- Which rule failed on which row of that file, and the rules, for dbt to read.
create table if not exists raw.optional_findings (
    source varchar not null,
    contents varchar not null,
    file_name varchar not null,
    row_number bigint not null,
    rule_code varchar not null
);

create table if not exists raw.optional_rules (
    position integer not null,
    rule_code varchar not null,
    severity varchar not null,
    contents varchar not null,
    description varchar not null,
    source varchar not null,
    remedy varchar not null
);

-- How many rows failed each rule, of each source, on each night that judged: append-only. run_at is
-- the wall clock; rows_held_back are held, rows_warned loaded, rows_current all that the source had.
create table if not exists raw.quality_trends (
    run_id varchar not null,
    run_at timestamp not null,
    as_of_day date not null,
    source varchar not null,
    rule_code varchar not null,
    severity varchar not null,
    rows_held_back bigint not null,
    rows_warned bigint not null,
    rows_current bigint not null
);

-- Copies of the log of runs, for dbt to read; times are UTC. The messages stay in the log.
create table if not exists raw.ops_runs (
    run_id varchar not null,
    as_of_day date not null,
    started_at timestamp not null,
    finished_at timestamp,
    status varchar not null,
    failed_step varchar
);

create table if not exists raw.ops_steps (
    run_id varchar not null,
    position integer not null,
    step varchar not null,
    started_at timestamp,
    seconds double,
    rows bigint,
    peak_memory_bytes bigint,
    status varchar not null
);

create table if not exists raw.ops_alerts (
    message_id varchar not null,
    run_id varchar,
    as_of_day date,
    audience varchar,
    recipients integer,
    items integer,
    created_at timestamp,
    sent_at timestamp,
    attempts integer,
    status varchar
);
