with

held_rows as (

    select * from {{ ref('int_held_rows') }}

),

findings as (

    select * from {{ ref('int_findings') }}
    where not is_accepted

),

rules as (

    select * from {{ ref('stg_rules') }}
    where severity = 'error'

),

row_states as (

    select * from {{ ref('stg_record_states') }}
    where state = 'held'

),

failed_rules as (

    select distinct
        findings.record_id,
        rules.position,
        rules.rule_code,
        rules.remedy
    from findings
    inner join rules on findings.rule_code = rules.rule_code

),

reasons as (

    select
        record_id,
        {{ texts_joined('rule_code', ',', 'position') }} as rule_codes,
        {{ texts_joined('remedy', ' ', 'position') }} as remedies
    from failed_rules
    group by record_id

),

held_since as (

    select
        record_id,
        max_by(as_of_day, state_number) as held_since
    from row_states
    group by record_id

),

final as (

    select
        held_rows.file_name,
        held_rows.row_number,
        held_rows.source,
        held_rows.case_reference,
        held_rows.stage,
        {{ case_key('held_rows.source', 'held_rows.case_reference') }} as case_key,
        {{ stage_key('held_rows.stage', 'held_rows.source', 'held_rows.case_reference') }}
            as stage_key,
        held_rows.received_date,
        held_rows.service_team,
        reasons.rule_codes,
        reasons.remedies,
        held_since.held_since,
        held_rows.record_id
    from held_rows
    left join reasons on held_rows.record_id = reasons.record_id
    left join held_since on held_rows.record_id = held_since.record_id

)

select * from final
