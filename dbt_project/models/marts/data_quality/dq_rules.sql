with

rules as (

    select * from {{ ref('stg_rules') }}
    where dataset = 'complaints'

),

warnings as (

    select * from {{ ref('dq_warnings') }}

),

findings as (

    select * from {{ ref('int_findings') }}
    where not is_accepted

),

held_rows as (

    select * from {{ ref('int_held_rows') }}

),

failing_rows as (

    select
        rule_code,
        record_id
    from warnings

    union all

    -- held rows alone: an error that nobody accepted never lets a row through
    select distinct
        findings.rule_code,
        findings.record_id
    from findings
    inner join held_rows on findings.record_id = held_rows.record_id
    inner join rules on findings.rule_code = rules.rule_code
    where rules.severity = 'error'

),

failing as (

    select
        rule_code,
        count(*) as rows_failing
    from failing_rows
    group by rule_code

),

final as (

    select
        rules.position,
        rules.rule_code,
        rules.severity,
        rules.suite,
        rules.description,
        rules.source,
        rules.remedy,
        coalesce(failing.rows_failing, 0) as rows_failing
    from rules
    left join failing on rules.rule_code = failing.rule_code

)

select * from final
