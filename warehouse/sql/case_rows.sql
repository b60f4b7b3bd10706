-- What the rules across rows compare: each row that passed every rule on the row alone, or was
-- accepted as it is, beside its case's earliest stage and nearest earlier stage.

create or replace table landing.case_rows as
with

stage_numbers as (
    select distinct stage, stage_number from staging.stg_stages
),

-- Every row with a usable key counts as present, held or not: one typing error, one message.
present as (
    select distinct typed.case_reference, stage_numbers.stage_number
    from landing.typed_rows as typed
    inner join stage_numbers using (stage)
    where typed.case_reference is not null
),

stage_before as (
    select
        case_reference,
        stage_number,
        max(stage_number) over (
            partition by case_reference order by stage_number
            range between unbounded preceding and 1 preceding
        ) as number_before
    from present
)

select
    typed.row_id,
    typed.source,
    typed.case_reference,
    typed.procedure,
    typed.stage,
    typed.received_date,
    coalesce(before.stage, 'none') as stage_before,
    first_value(typed.procedure) over (
        partition by typed.case_reference order by stage_numbers.stage_number
    ) as first_stage_procedure,
    lag(typed.received_date) over (
        partition by typed.case_reference order by stage_numbers.stage_number
    ) as previous_stage_received_date
from landing.typed_rows as typed
left join stage_numbers using (stage)
left join stage_before using (case_reference, stage_number)
left join stage_numbers as before
    on stage_before.number_before = before.stage_number
where
    not exists (
        select 1 from landing.findings as finding
        where
            finding.row_id = typed.row_id
            and not finding.is_accepted
            and list_contains(getvariable('error_codes'), finding.rule_code)
    );
