-- What cannot be made again: what was delivered, what became of it, and what people decided. Every
-- statement can be run again. The text of the records themselves is kept in raw.records and, for
-- the report's optional inputs, raw.<dataset>_records, whose columns are those of the layouts.

create schema if not exists raw;
create schema if not exists validation;

-- One row per delivery that was taken: files, or a database, of one source and dataset. identity is
-- made of the hashes of its files and of the source's definition; then how the source is read and
-- judged, and the names of its sources file that no header answered to. A delivery that is stopped
-- at the door is taken back, and leaves no trace but its files and raw.delivery_stops.
create table if not exists raw.deliveries (
    delivery_number bigint not null,
    source varchar not null,
    dataset varchar not null,
    run_id varchar not null,
    as_of_day date not null,
    identity varchar not null
);
alter table raw.deliveries add column if not exists dates varchar;
alter table raw.deliveries add column if not exists zone varchar;
alter table raw.deliveries add column if not exists reference_pattern varchar;
alter table raw.deliveries add column if not exists sla varchar;
alter table raw.deliveries add column if not exists optional_columns varchar[];
alter table raw.deliveries add column if not exists names_not_found varchar[];
alter table raw.deliveries add column if not exists door map (varchar, double);

-- One row per file of a run; counts are null where the file was not read, fates also until its rows
-- have been judged. delivery_number is null where nothing of it was taken.
-- skipped_after says of each row of a CSV file or a sheet that is no record (titles, the header,
-- blank rows) after how many records it stands, so that a record's row in a spreadsheet is known.
create table if not exists raw.delivery_files (
    run_id varchar not null,
    delivery_number bigint,
    source varchar not null,
    dataset varchar not null,
    file_name varchar not null,
    content_hash varchar,
    file_series varchar,
    file_date varchar,
    rows_read bigint,
    rows_loaded bigint,
    rows_unchanged bigint,
    rows_duplicate bigint,
    rows_superseded bigint,
    rows_quarantined bigint,
    status varchar not null,
    message varchar
);
alter table raw.delivery_files add column if not exists headers varchar[];
alter table raw.delivery_files add column if not exists columns_read varchar[];
alter table raw.delivery_files add column if not exists headers_not_read varchar[];
alter table raw.delivery_files add column if not exists skipped_after bigint[];
alter table raw.delivery_files add column if not exists has_last_line_end boolean;
-- Rows of cases that were erased: they are read, and nothing of them is taken.
alter table raw.delivery_files add column if not exists rows_erased bigint;

-- Why a delivery was stopped at the door, append-only: one row per rule, and column or file. The
-- evidence names columns, counts and dates' orders, no value; extent is the larger, the worse.
-- last_delivery is the one it was compared with, 0 where it would have been the first.
create table if not exists raw.delivery_stops (
    run_id varchar not null,
    source varchar not null,
    dataset varchar not null,
    last_delivery bigint not null,
    rule_code varchar not null,
    subject varchar not null,
    extent double not null,
    evidence varchar not null
);

-- What stands in the coded columns of the last delivery of a source that was stopped, and no
-- synonym knows; see `complaints spellings`. last_delivery as in raw.delivery_stops.
create table if not exists raw.stopped_spellings (
    source varchar not null,
    last_delivery bigint not null,
    field varchar not null,
    written varchar not null,
    rows_written bigint not null
);

-- Which of those a person has found right, append-only. It holds for what is delivered against the
-- same last delivery, as long as it is not much worse.
create table if not exists raw.delivery_acceptances (
    source varchar not null,
    dataset varchar not null,
    last_delivery bigint not null,
    rule_code varchar not null,
    subject varchar not null,
    extent double not null,
    role varchar not null,
    reason varchar not null,
    recorded_at timestamp not null,
    recorded_on date not null
);

-- The rows of the newest delivery of each source and dataset: where each record is written now.
-- Until a delivery has passed the door, those of the one before it stand beside them.
create table if not exists raw.delivered_rows (
    delivery_number bigint not null,
    source varchar not null,
    dataset varchar not null,
    file_name varchar not null,
    row_number bigint not null,
    file_position bigint not null,
    record_id varchar not null
);

-- From which delivery on a record is no longer, or again, among those delivered, append-only.
-- file_name and row_number are where it was written last. A record's first delivery is kept with
-- its text.
create table if not exists raw.record_changes (
    delivery_number bigint not null,
    record_id varchar not null,
    is_delivered boolean not null,
    file_name varchar not null,
    row_number bigint not null
);

-- What became of each record and when, append-only: loaded, held or left. run_at is the wall clock,
-- as_of_day the day the figures are as at; the order is that of state_number.
create table if not exists raw.record_states (
    state_number bigint not null,
    record_id varchar not null,
    state varchar not null,
    run_id varchar not null,
    run_at timestamp not null,
    as_of_day date not null
);

-- Which findings a person has checked and found right, and taken back, append-only. An acceptance
-- is of one version of a row: it ends when the record leaves after the state known then. The reason
-- is free text and stays here.
create table if not exists raw.acceptances (
    acceptance_number bigint not null,
    record_id varchar not null,
    rule_code varchar not null,
    source varchar not null,
    case_reference varchar not null,
    stage varchar not null,
    is_withdrawal boolean not null,
    role varchar not null,
    reason varchar,
    recorded_at timestamp not null,
    recorded_on date not null,
    newest_state_number bigint not null
);

-- Which cases were erased, append-only, and nothing of what they were. case_key is a keyed hash of
-- source and reference, by which a later delivery of the case is refused; the key is in a file of
-- the home. way: forget or anonymise; cause: request or retention.
create table if not exists raw.erasures (
    erasure_number bigint not null,
    case_key varchar not null,
    way varchar not null,
    cause varchar not null,
    role varchar not null,
    reason varchar not null,
    recorded_at timestamp not null,
    recorded_on date not null
);

-- The newest erasure that the file of this store was rewritten after; later ones are under way.
create table if not exists raw.rewritings (
    erasure_number bigint not null,
    rewritten_at timestamp not null
);

-- How many rows failed each rule, of each source, on each night that judged, append-only.
-- rows_held_back are held, rows_warned loaded, rows_current all that the source had.
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

-- The runs whose marts were published, in their order, with the hash of all that they follow from.
create table if not exists raw.publications (
    publication_number bigint not null,
    run_id varchar not null,
    published_at timestamp not null,
    inputs_hash varchar not null
);

-- The reports that were released, append-only, in their order; newest_delivery is the last that
-- their figures rest on. What each stage counted by then is kept with them, held ones too, for the
-- same rules may not be in force when somebody asks why a figure has changed.
create table if not exists raw.releases (
    release_number bigint not null,
    release varchar not null,
    period varchar not null,
    profile varchar not null,
    as_of_day date not null,
    newest_delivery bigint not null,
    rulebook varchar not null,
    released_at timestamp not null,
    released_on date not null,
    role varchar not null
);
create table if not exists raw.released_figures (
    release_number bigint not null,
    period varchar not null,
    procedure varchar not null,
    stage varchar not null,
    breakdown varchar not null,
    value varchar not null,
    measure varchar not null,
    counted bigint not null,
    is_hidden boolean not null
);
create table if not exists raw.released_stages (
    release_number bigint not null,
    record_id varchar not null,
    source varchar not null,
    case_reference varchar not null,
    procedure varchar,
    stage varchar,
    received_date date,
    financial_quarter varchar,
    service_team varchar,
    responded_date date,
    outcome varchar,
    is_upheld boolean,
    sla_status varchar,
    sla_status_from_request varchar,
    panel_sla_status varchar,
    is_in_sla_basic boolean,
    is_in_sla_extended boolean,
    is_withdrawn boolean,
    is_closed_date_unknown boolean,
    extension_agreed boolean,
    is_held boolean not null,
    is_erased boolean not null
);
alter table raw.released_stages alter column procedure drop not null;
alter table raw.released_stages alter column stage drop not null;
alter table raw.released_stages alter column received_date drop not null;
alter table raw.released_stages alter column financial_quarter drop not null;
alter table raw.released_stages alter column is_upheld drop not null;
alter table raw.released_stages alter column sla_status drop not null;
alter table raw.released_stages alter column sla_status_from_request drop not null;
alter table raw.released_stages alter column is_in_sla_basic drop not null;
alter table raw.released_stages alter column is_in_sla_extended drop not null;
alter table raw.released_stages alter column is_withdrawn drop not null;
alter table raw.released_stages alter column is_closed_date_unknown drop not null;
alter table raw.released_stages alter column extension_agreed drop not null;

-- The figures of the quarters as they were published, only where they changed; append-only, but
-- that a later run of the same as-of day replaces what the earlier one published.
create table if not exists raw.figure_history (
    financial_quarter varchar not null,
    procedure varchar not null,
    stage varchar not null,
    measure varchar not null,
    as_of_day date not null,
    counted bigint not null
);

-- Whose complaints these are: one row, as the sources file says.
create table if not exists raw.authority (
    code varchar not null,
    name varchar not null
);
insert into raw.authority
select
    'council',
    ''
where not exists (select 1 from raw.authority);

-- What the run at work knows: one row, given to dbt as data.
create table if not exists raw.run (
    run_id varchar not null,
    run_at timestamp not null,
    as_of_day date not null,
    earliest_date date not null,
    newest_acceptance_number bigint not null
);
alter table raw.run add column if not exists report_threshold integer;

-- The rules as declared in expectations/, for dbt to read.
create table if not exists raw.rules (
    position integer not null,
    rule_code varchar not null,
    dataset varchar not null,
    severity varchar not null,
    suite varchar not null,
    description varchar not null,
    source varchar not null,
    remedy varchar not null
);
alter table raw.rules add column if not exists columns_read varchar[];

-- Which rule fails on which record: what Great Expectations found tonight. gate is line, row, case
-- or deadline.
create table if not exists validation.findings (
    record_id varchar not null,
    dataset varchar not null,
    gate varchar not null,
    rule_code varchar not null
);
