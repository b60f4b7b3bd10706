with

findings as (

    select * from {{ ref('int_findings') }}
    where not is_accepted

),

rules as (

    select * from {{ ref('stg_rules') }}
    where severity = 'warning'

),

complaint_stages as (

    select * from {{ ref('fct_complaint_stages') }}

),

final as (

    select distinct
        findings.rule_code,
        complaint_stages.source_file as file_name,
        complaint_stages.source_row as row_number,
        complaint_stages.source,
        complaint_stages.case_reference,
        complaint_stages.stage,
        complaint_stages.case_key,
        complaint_stages.stage_key,
        complaint_stages.received_date,
        complaint_stages.service_team,
        complaint_stages.record_id
    from findings
    inner join rules on findings.rule_code = rules.rule_code
    inner join complaint_stages on findings.record_id = complaint_stages.record_id

)

select * from final
