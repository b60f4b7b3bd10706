-- The rows to judge, typed. `…_text` is what was written, `…_read` what it reads as, and the
-- plain name the value that may be used: null where it is not one.

-- Each text is read once, however many rows have it.
create or replace table landing.read_texts as
select
    texts.field,
    texts.written,
    spellings.value
from (
    select 'procedure' as field, procedure as written from landing.judged_text
    union
    select 'stage' as field, stage as written from landing.judged_text
    union
    select 'outcome' as field, outcome as written from landing.judged_text
    union
    select 'extension_agreed' as field, extension_agreed as written from landing.judged_text
    union
    select 'legal_basis' as field, legal_basis as written from landing.judged_text
) as texts
inner join landing.spellings as spellings
    on texts.field = spellings.field and matched_form(texts.written) = spellings.spelling;

create or replace table landing.read_days as
select
    written,
    read_date(written) as day
from (
    select received_date as written from landing.judged_text
    union
    select clock_start_date as written from landing.judged_text
    union
    select acknowledged_date as written from landing.judged_text
    union
    select panel_date as written from landing.judged_text
    union
    select target_date as written from landing.judged_text
    union
    select responded_date as written from landing.judged_text
)
where written is not null;

create or replace table landing.typed_rows as
with

spelt as (
    select
        judged.*,
        coalesce(procedure_text.value, judged.procedure) as procedure_read,
        procedure_text.value as known_procedure,
        coalesce(stage_text.value, judged.stage) as stage_read,
        stage_text.value as known_stage,
        coalesce(outcome_text.value, judged.outcome) as outcome_read,
        outcome_text.value as known_outcome,
        coalesce(extension_text.value, judged.extension_agreed) as extension_agreed_read,
        extension_text.value as known_extension,
        coalesce(basis_text.value, judged.legal_basis) as legal_basis_read,
        basis_text.value as known_legal_basis,
        received_day.day as received_date_read,
        clock_start_day.day as clock_start_date_read,
        acknowledged_day.day as acknowledged_date_read,
        panel_day.day as panel_date_read,
        target_day.day as target_date_read,
        responded_day.day as responded_date_read,
        read_timestamp(judged.last_updated) as last_updated_read
    from landing.judged_text as judged
    left join landing.read_texts as procedure_text
        on procedure_text.field = 'procedure' and procedure_text.written = judged.procedure
    left join landing.read_texts as stage_text
        on stage_text.field = 'stage' and stage_text.written = judged.stage
    left join landing.read_texts as outcome_text
        on outcome_text.field = 'outcome' and outcome_text.written = judged.outcome
    left join landing.read_texts as extension_text
        on extension_text.field = 'extension_agreed' and extension_text.written = judged.extension_agreed
    left join landing.read_texts as basis_text
        on basis_text.field = 'legal_basis' and basis_text.written = judged.legal_basis
    left join landing.read_days as received_day on received_day.written = judged.received_date
    left join landing.read_days as clock_start_day on clock_start_day.written = judged.clock_start_date
    left join landing.read_days as acknowledged_day on acknowledged_day.written = judged.acknowledged_date
    left join landing.read_days as panel_day on panel_day.written = judged.panel_date
    left join landing.read_days as target_day on target_day.written = judged.target_date
    left join landing.read_days as responded_day on responded_day.written = judged.responded_date
)

select
    row_id,
    is_new,
    source,
    file_name,
    row_number,
    content_hash,
    field_count,
    header_field_count,
    getvariable('as_of_day')::date as as_of_day,
    getvariable('earliest_date')::date as earliest_date,
    case_reference,
    procedure_read,
    known_procedure as procedure,
    stage_read,
    known_stage as stage,
    received_date as received_date_text,
    received_date_read,
    usable_date(received_date_read) as received_date,
    clock_start_date as clock_start_date_text,
    clock_start_date_read,
    usable_date(clock_start_date_read) as clock_start_date,
    acknowledged_date as acknowledged_date_text,
    acknowledged_date_read,
    usable_date(acknowledged_date_read) as acknowledged_date,
    panel_date as panel_date_text,
    panel_date_read,
    usable_date(panel_date_read) as panel_date,
    target_date as target_date_text,
    target_date_read,
    usable_date(target_date_read) as target_date,
    responded_date as responded_date_text,
    responded_date_read,
    usable_date(responded_date_read) as responded_date,
    last_updated as last_updated_text,
    last_updated_read,
    usable_date(last_updated_read) as last_updated,
    outcome_read,
    case when outcome is not null then coalesce(known_outcome, 'unknown') end as outcome,
    extension_agreed_read,
    coalesce(known_extension = 'yes', false) as extension_agreed,
    legal_basis_read,
    known_legal_basis as legal_basis,
    service_team,
    reasons,
    complainant_type,
    age_band,
    gender,
    ethnicity,
    disability,
    sexual_orientation,
    advocate,
    learning
from spelt;
