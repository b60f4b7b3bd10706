-- The rows to judge, typed. `…_text` is what was written, `…_read` what it reads as, and the
-- plain name the value that may be used: null where it is not one.

create or replace table landing.typed_rows as
with

spelt as (
    select
        judged.*,
        coalesce(procedure_spelling.value, judged.procedure) as procedure_read,
        procedure_spelling.value as known_procedure,
        coalesce(stage_spelling.value, judged.stage) as stage_read,
        stage_spelling.value as known_stage,
        coalesce(outcome_spelling.value, judged.outcome) as outcome_read,
        outcome_spelling.value as known_outcome,
        coalesce(extension_spelling.value, judged.extension_agreed) as extension_agreed_read,
        extension_spelling.value as known_extension,
        coalesce(basis_spelling.value, judged.legal_basis) as legal_basis_read,
        basis_spelling.value as known_legal_basis,
        read_date(judged.received_date) as received_date_read,
        read_date(judged.clock_start_date) as clock_start_date_read,
        read_date(judged.acknowledged_date) as acknowledged_date_read,
        read_date(judged.panel_date) as panel_date_read,
        read_date(judged.target_date) as target_date_read,
        read_date(judged.responded_date) as responded_date_read,
        read_timestamp(judged.last_updated) as last_updated_read
    from landing.judged_text as judged
    left join landing.spellings as procedure_spelling
        on
            procedure_spelling.field = 'procedure'
            and procedure_spelling.spelling = matched_form(judged.procedure)
    left join landing.spellings as stage_spelling
        on
            stage_spelling.field = 'stage'
            and stage_spelling.spelling = matched_form(judged.stage)
    left join landing.spellings as outcome_spelling
        on
            outcome_spelling.field = 'outcome'
            and outcome_spelling.spelling = matched_form(judged.outcome)
    left join landing.spellings as extension_spelling
        on
            extension_spelling.field = 'extension_agreed'
            and extension_spelling.spelling = matched_form(judged.extension_agreed)
    left join landing.spellings as basis_spelling
        on
            basis_spelling.field = 'legal_basis'
            and basis_spelling.spelling = matched_form(judged.legal_basis)
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
