with

findings as (

    select * from {{ ref('stg_optional_findings') }}

),

rules as (

    select * from {{ ref('stg_optional_rules') }}

),

final as (

    select
        findings.file_name,
        findings.row_number,
        findings.source,
        findings.contents,
        rules.rule_code,
        rules.severity,
        rules.description,
        rules.remedy,
        rules.position
    from findings
    inner join rules on findings.rule_code = rules.rule_code

)

select * from final
