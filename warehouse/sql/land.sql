-- From the delivered text to the difference with what the warehouse holds.
-- In: landing.text_rows (one row per record of the delivery). Out: landing.delivered_rows, the
-- same rows with what sets them aside (duplicate, superseded) or their identity (row_id), and
-- landing.gone_rows, the rows of the warehouse that this delivery replaces.

create or replace temporary table keyed_rows as
select
    delivered.source,
    delivered.file_name,
    delivered.file_order,
    delivered.row_number,
    delivered.field_count,
    delivered.header_field_count,
    delivered.case_reference,
    spelling.value as stage,
    read_timestamp(delivered.last_updated) as last_updated,
    delivered.content_hash
from landing.text_rows as delivered
left join landing.spellings as spelling
    on spelling.field = 'stage' and spelling.spelling = matched_form(delivered.stage);

create or replace table landing.delivered_rows as
with

known as (
    select
        row_id,
        content_hash,
        coalesce(case_reference, '') as case_reference,
        coalesce(stage, '') as stage
    from raw.stage_rows
    where source = getvariable('source') and content_hash is not null
),

marked as (
    select
        keyed_rows.*,
        known.row_id as known_row_id,
        keyed_rows.case_reference is not null and keyed_rows.stage is not null as has_key,
        keyed_rows.content_hash is not null
        and row_number() over (
            partition by keyed_rows.content_hash
            order by keyed_rows.file_order, keyed_rows.row_number
        ) > 1 as is_duplicate
    from keyed_rows
    left join known
        on
            keyed_rows.content_hash = known.content_hash
            and coalesce(keyed_rows.case_reference, '') = known.case_reference
            and coalesce(keyed_rows.stage, '') = known.stage
),

-- Only a row that is not known can supersede another, or be superseded.
contested as (
    select distinct case_reference, stage
    from marked
    where has_key and known_row_id is null
),

last_updates as (
    select
        case_reference,
        stage,
        max(last_updated) as last_updated
    from (
        select case_reference, stage, last_updated
        from marked
        union all
        select case_reference, stage, last_updated
        from raw.stage_rows
        where source = getvariable('source')
    )
    semi join contested using (case_reference, stage)
    group by case_reference, stage
)

select
    marked.* exclude (file_order, known_row_id),
    coalesce(
        marked.last_updated < last_updates.last_updated and not marked.is_duplicate, false
    ) as is_superseded,
    not marked.is_duplicate and not is_superseded as is_candidate,
    marked.known_row_id is null as is_new,
    coalesce(marked.known_row_id, nextval('raw.row_ids')) as row_id
from marked
left join last_updates using (case_reference, stage);

-- A key that was delivered is what the delivery says; rows without a usable key are those of the
-- newest delivery.
create or replace table landing.gone_rows as
select
    stored.row_id,
    stored.case_reference
from raw.stage_rows as stored
where
    stored.source = getvariable('source')
    and not exists (
        select 1 from landing.delivered_rows as delivered
        where delivered.is_candidate and delivered.row_id = stored.row_id
    )
    and (
        stored.case_reference is null
        or stored.stage is null
        or exists (
            select 1 from landing.delivered_rows as delivered
            where
                delivered.is_candidate
                and delivered.case_reference = stored.case_reference
                and delivered.stage = stored.stage
        )
    );
