with

teams as (

    select * from {{ ref('int_period_breakdowns') }}
    where period_length = 'quarter' and breakdown = 'service_team'

),

measures as (

    select * from {{ ref('int_period_measures') }}

),

final as (

    select
        teams.period as financial_quarter,
        teams.procedure,
        teams.stage,
        {{ procedure_stage('teams.procedure', 'teams.stage') }} as procedure_stage,
        teams.value as service_team,
        teams.received,
        teams.eligible,
        teams.in_sla,
        teams.late,
        teams.open_in_time,
        teams.open_overdue,
        teams.upheld,
        case when measures.has_time_limit then {{ rate('teams.in_sla', 'teams.received') }} end
            as in_sla_rate,
        {{ rate('teams.upheld', 'teams.received') }} as upheld_rate
    from teams
    inner join measures
        on
            teams.period = measures.period
            and teams.procedure = measures.procedure
            and teams.stage = measures.stage

)

select * from final
