-- A finding on a complaint is in the quarantine, among the warnings or among the accepted, and in
-- one only. A warning on a held row waits until the row is corrected.
with

held_rows as (

    select * from {{ ref('int_held_rows') }}

),

findings as (

    select distinct
        findings.record_id,
        findings.rule_code
    from {{ ref('int_findings') }} as findings
    inner join {{ ref('stg_rules') }} as rules on findings.rule_code = rules.rule_code
    left join held_rows on findings.record_id = held_rows.record_id
    where
        findings.dataset = 'complaints'
        and (
            rules.severity = 'error' or findings.is_accepted or held_rows.record_id is null
        )

),

shown as (

    select
        record_id,
        {{ row_for_each("split(rule_codes, ',')") }} as rule_code
    from {{ ref('dq_quarantine') }}

    union all

    select
        record_id,
        rule_code
    from {{ ref('dq_warnings') }}

    union all

    select
        record_id,
        rule_code
    from {{ ref('dq_accepted') }}

),

final as (

    {{ rows_in_one_only('findings', 'shown') }}

)

select * from final
