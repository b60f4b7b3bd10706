-- A finding is in the quarantine, among the warnings or among the accepted, and in one only.
-- A warning on a held row waits until the row is mended.
with

held_rows as (

    select * from {{ ref('stg_held_rows') }}

),

findings as (

    select distinct
        findings.row_id,
        findings.rule_code
    from {{ ref('stg_findings') }} as findings
    inner join {{ ref('stg_rules') }} as rules on findings.rule_code = rules.rule_code
    left join held_rows on findings.row_id = held_rows.row_id
    where rules.severity = 'error' or findings.is_accepted or held_rows.row_id is null

),

shown as (

    select
        row_id,
        unnest(string_split(rule_codes, ',')) as rule_code
    from {{ ref('dq_quarantine') }}

    union all

    select
        row_id,
        rule_code
    from {{ ref('dq_warnings') }}

    union all

    select
        row_id,
        rule_code
    from {{ ref('dq_accepted') }}

),

final as (

    {{ rows_in_one_only('findings', 'shown') }}

)

select * from final
