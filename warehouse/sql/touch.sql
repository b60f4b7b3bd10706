-- Which rows are judged tonight: those of the cases that the delivery touches, every held row
-- with its case, and every row whose verdict a new as-of day, rulebook or acceptance can change.

create or replace table landing.touched_cases as
select case_reference from landing.delivered_rows
where is_candidate and is_new and case_reference is not null
union
select case_reference from landing.gone_rows
where case_reference is not null
union
select stored.case_reference
from raw.stage_rows as stored
inner join raw.acceptances as acceptance using (row_id)
where
    stored.source = getvariable('source')
    and acceptance.acceptance_number > (
        select coalesce(max(night.acceptance_number), 0) from raw.nights as night
        where night.source = getvariable('source')
    )
union
select stored.case_reference from raw.stage_rows as stored
where
    stored.source = getvariable('source')
    and stored.case_reference is not null
    and (
        getvariable('judge_all')
        or stored.is_held
        or (
            getvariable('as_of_day_moved')
            and (
                exists (
                    select 1 from raw.findings as finding
                    where
                        finding.row_id = stored.row_id
                        and list_contains(getvariable('rules_on_as_of_day'), finding.rule_code)
                )
                -- An acknowledgement that was still to come may start a clock once it is there.
                or stored.acknowledged_date > (
                    select max(night.as_of_day) from raw.nights as night
                    where night.source = getvariable('source')
                )
            )
        )
    );

-- The rows to judge, as text: new ones from the delivery, the others from the warehouse.
create or replace table landing.judged_text as
with

judged_again as (
    select
        row_id,
        content_hash,
        file_name,
        row_number
    from raw.stage_rows
    where
        source = getvariable('source')
        and row_id not in (select gone.row_id from landing.gone_rows as gone)
        and (
            (is_held and case_reference is null)
            or case_reference in (select touched.case_reference from landing.touched_cases as touched)
        )
)

select
    delivered.row_id,
    delivered.content_hash,
    true as is_new,
    text_row.* exclude (file_order, content_hash)
from landing.delivered_rows as delivered
inner join landing.text_rows as text_row using (file_name, row_number)
where delivered.is_candidate and delivered.is_new
union all by name
select
    stored.row_id,
    stored.content_hash,
    false as is_new,
    stored.file_name,
    stored.row_number,
    version.* exclude (row_id, content_hash, first_run_id)
from judged_again as stored
inner join raw.row_versions as version using (row_id);
