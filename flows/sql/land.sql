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
    -- What the line of an unreadable row means is not known, so it equals no other.
    case
        when delivered.field_count = delivered.header_field_count
            then md5_number(to_json(list_value(
                *columns(delivered.* exclude (
                    source, file_name, file_order, row_number, field_count, header_field_count
                ))
            ))::varchar)
    end as content_hash
from landing.text_rows as delivered
left join landing.spellings as spelling
    on spelling.field = 'stage' and spelling.spelling = matched_form(delivered.stage);

create or replace table landing.delivered_rows as
with

marked as (
    select
        *,
        case_reference is not null and stage is not null as has_key,
        content_hash is not null
        and row_number() over (
            partition by content_hash order by file_order, row_number
        ) > 1 as is_duplicate
    from keyed_rows
),

held as (
    select
        case_reference,
        stage,
        max(last_updated) as last_updated,
        count(*) as versions
    from raw.stage_rows
    where source = getvariable('source') and case_reference is not null and stage is not null
    group by case_reference, stage
),

newest as (
    select
        case_reference,
        stage,
        max(last_updated) as last_updated
    from marked
    where has_key
    group by case_reference, stage
),

set_aside as (
    select
        marked.*,
        coalesce(
            marked.has_key
            and marked.last_updated < greatest(newest.last_updated, held.last_updated),
            false
        ) and not marked.is_duplicate as is_superseded
    from marked
    left join newest using (case_reference, stage)
    left join held using (case_reference, stage)
),

known as (
    select
        row_id,
        content_hash,
        coalesce(case_reference, '') as case_reference,
        coalesce(stage, '') as stage
    from raw.stage_rows
    where source = getvariable('source') and content_hash is not null
)

select
    set_aside.* exclude (file_order),
    not set_aside.is_duplicate and not set_aside.is_superseded as is_candidate,
    known.row_id is null as is_new,
    coalesce(known.row_id, nextval('raw.row_ids')) as row_id
from set_aside
left join known
    on
        set_aside.content_hash = known.content_hash
        and coalesce(set_aside.case_reference, '') = known.case_reference
        and coalesce(set_aside.stage, '') = known.stage;

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
