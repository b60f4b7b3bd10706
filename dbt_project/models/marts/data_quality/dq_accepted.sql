with

findings as (

    select distinct
        record_id,
        rule_code
    from {{ ref('int_findings') }}
    where is_accepted

),

acceptances as (

    select * from {{ ref('stg_acceptances') }}
    where not is_withdrawal

),

rules as (

    select * from {{ ref('stg_rules') }}

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

-- What was taken back may be accepted again: the newest counts.
newest_acceptances as (

    select
        record_id,
        rule_code,
        max_by(role, acceptance_number) as accepted_by,
        max_by(recorded_on, acceptance_number) as accepted_on
    from acceptances
    group by record_id, rule_code

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
        rules.severity,
        newest_acceptances.accepted_by,
        newest_acceptances.accepted_on,
        calendar.financial_quarter,
        findings.record_id
    from findings
    left join newest_acceptances
        on
            findings.record_id = newest_acceptances.record_id
            and findings.rule_code = newest_acceptances.rule_code
    left join rules on findings.rule_code = rules.rule_code
    left join stage_rows on findings.record_id = stage_rows.record_id
    left join calendar on stage_rows.received_date = calendar.date

)

select * from final
