-- What the rules across rows compare: each row that passed every rule on the row alone, or was
-- accepted as it is, beside its case's earliest stage and nearest earlier stage.
{{ config(materialized='view') }}

with

all_complaint_rows as (

    select * from {{ ref('int_complaint_rows') }}

),

findings as (

    select * from {{ ref('int_findings') }}

),

stages as (

    select * from {{ ref('stg_stages') }}

),

stages_of_any_procedure as (

    select
        stage,
        min(stage_number) as stage_number
    from stages
    group by stage

),

complaint_rows as (

    select
        all_complaint_rows.record_id,
        all_complaint_rows.source,
        all_complaint_rows.case_reference,
        all_complaint_rows.procedure,
        all_complaint_rows.stage,
        all_complaint_rows.received_date,
        all_complaint_rows.last_updated,
        all_complaint_rows.last_updated_before,
        all_complaint_rows.received_date_before,
        all_complaint_rows.was_answered_before,
        coalesce(stages.stage_number, stages_of_any_procedure.stage_number) as stage_number
    from all_complaint_rows
    left join stages
        on
            all_complaint_rows.procedure = stages.procedure
            and all_complaint_rows.stage = stages.stage
    left join stages_of_any_procedure
        on all_complaint_rows.stage = stages_of_any_procedure.stage

),

-- Every row with a usable key counts as present, held or not: one typing error, one message.
present as (

    select
        source,
        case_reference,
        stage,
        min(stage_number) as stage_number
    from complaint_rows
    where case_reference is not null and stage is not null
    group by source, case_reference, stage

),

stages_before as (

    select
        source,
        case_reference,
        stage,
        lag(stage) over (
            partition by source, case_reference
            order by stage_number, stage
        ) as stage_before
    from present

),

held as (

    select distinct record_id
    from findings
    where is_holding_by_itself

),

-- References that look like another's, or stand in two sources.
likenesses as (

    select
        {{ reference_likeness('case_reference') }} as likeness,
        source,
        case_reference
    from (
        select distinct
            source,
            case_reference
        from complaint_rows
        where case_reference is not null
    ) as references_once

),

resembling as (

    select
        source,
        case_reference
    from likenesses
    where
        likeness in (
            select each.likeness from likenesses as each
            group by each.likeness
            having count(*) > 1
        )

),

passed as (

    select complaint_rows.*
    from complaint_rows
    left join held on complaint_rows.record_id = held.record_id
    where held.record_id is null

),

final as (

    select
        passed.record_id,
        passed.source,
        passed.case_reference,
        passed.procedure,
        passed.stage,
        passed.received_date,
        coalesce(stages_before.stage_before, 'none') as stage_before,
        first_value(passed.procedure) over case_stages as first_stage_procedure,
        lag(passed.received_date) over case_stages as previous_stage_received_date,
        case when resembling.source is null then 'alone' else 'resembling' end as likeness,
        passed.last_updated,
        passed.last_updated_before,
        case
            when passed.was_answered_before
                then abs({{ days_between('passed.received_date_before', 'passed.received_date') }})
        end as days_received_date_moved
    from passed
    left join resembling
        on
            passed.source = resembling.source
            and passed.case_reference = resembling.case_reference
    left join stages_before
        on
            passed.source = stages_before.source
            and passed.case_reference = stages_before.case_reference
            and passed.stage = stages_before.stage
    window case_stages as (
        partition by passed.source, passed.case_reference
        order by passed.stage_number, passed.stage
    )

)

select * from final
