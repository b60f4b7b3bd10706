with

findings as (

    select distinct
        record_id,
        rule_code,
        severity,
        accepted_by,
        accepted_on
    from {{ ref('int_findings') }}
    where is_accepted

),

complaint_stages as (

    select * from {{ ref('fct_complaint_stages') }}

),

held_rows as (

    select * from {{ ref('int_held_rows') }}

),

calendar as (

    select * from {{ ref('int_calendar') }}

),

-- A row that is accepted in one respect may be held back in another.
stage_rows as (

    select
        record_id,
        source,
        case_reference,
        procedure,
        stage,
        received_date
    from complaint_stages

    union all

    select
        record_id,
        source,
        case_reference,
        procedure,
        stage,
        received_date
    from held_rows

),

final as (

    select
        stage_rows.source,
        stage_rows.case_reference,
        stage_rows.procedure,
        stage_rows.stage,
        {{ case_key('stage_rows.source', 'stage_rows.case_reference') }} as case_key,
        {{ stage_key('stage_rows.stage', 'stage_rows.source', 'stage_rows.case_reference') }}
            as stage_key,
        findings.rule_code,
        findings.severity,
        findings.accepted_by,
        findings.accepted_on,
        calendar.financial_quarter,
        findings.record_id
    from findings
    left join stage_rows on findings.record_id = stage_rows.record_id
    left join calendar on stage_rows.received_date = calendar.date

)

select * from final
