-- What was found tonight, with whether a person has found the row right nevertheless.
{{ config(materialized='view') }}

with

findings as (

    select * from {{ ref('stg_findings') }}

),

rules as (

    select * from {{ ref('stg_rules') }}

),

acceptances as (

    select * from {{ ref('stg_acceptances') }}

),

departures as (

    select
        record_id,
        max(state_number) as state_number
    from {{ ref('stg_record_states') }}
    where state = 'left'
    group by record_id

),

newest_acceptances as (

    select
        record_id,
        rule_code,
        max_by(is_withdrawal, acceptance_number) as is_withdrawal,
        max_by(newest_state_number, acceptance_number) as newest_state_number,
        max_by(role, acceptance_number) as accepted_by,
        max_by(recorded_on, acceptance_number) as accepted_on
    from acceptances
    group by record_id, rule_code

),

-- An acceptance is of one version of a row: a change of the row ends it.
in_force as (

    select
        newest_acceptances.record_id,
        newest_acceptances.rule_code,
        newest_acceptances.accepted_by,
        newest_acceptances.accepted_on
    from newest_acceptances
    left join departures on newest_acceptances.record_id = departures.record_id
    where
        not newest_acceptances.is_withdrawal
        and coalesce(departures.state_number <= newest_acceptances.newest_state_number, true)

),

final as (

    select
        findings.record_id,
        findings.dataset,
        findings.gate,
        findings.rule_code,
        rules.severity,
        in_force.record_id is not null as is_accepted,
        in_force.accepted_by,
        in_force.accepted_on,
        rules.severity = 'error' and in_force.record_id is null as is_holding,
        is_holding and findings.gate in ('line', 'row') as is_holding_by_itself
    from findings
    inner join rules on findings.rule_code = rules.rule_code
    left join in_force
        on
            findings.record_id = in_force.record_id
            and findings.rule_code = in_force.rule_code

)

select * from final
