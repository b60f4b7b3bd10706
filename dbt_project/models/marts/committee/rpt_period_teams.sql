with

periods as (

    select * from {{ ref('int_periods') }}

),

quarterly_teams as (

    select * from {{ ref('rpt_quarterly_teams') }}

),

final as (

    select
        periods.period,
        periods.period_length,
        quarterly_teams.procedure,
        quarterly_teams.stage,
        quarterly_teams.service_team,
        cast(sum(quarterly_teams.received) as bigint) as received,
        cast(sum(quarterly_teams.eligible) as bigint) as eligible,
        cast(sum(quarterly_teams.in_sla) as bigint) as in_sla,
        cast(sum(quarterly_teams.upheld) as bigint) as upheld
    from quarterly_teams
    inner join periods on quarterly_teams.financial_quarter = periods.financial_quarter
    group by all

)

select * from final
