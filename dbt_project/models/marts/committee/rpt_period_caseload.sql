-- A team without a caseload on record has no ratio, which is not a ratio of 0.
with

periods as (

    {{ reported_periods() }}

),

caseload as (

    {{ loaded_rows('stg_caseload') }}

),

counted as (

    select
        periods.period,
        caseload.team as service_team,
        max_by(
            caseload.children, case when caseload.children is not null then caseload.day end
        ) as children,
        sum(caseload.referrals) as referrals
    from caseload
    inner join periods
        on caseload.day between periods.period_start_date and periods.period_end_date
    group by periods.period, caseload.team

),

complaints as (

    select * from {{ ref('rpt_period_teams') }}
    where procedure = 'statutory' and stage = 'stage_1'

),

-- every team that has complaints or a caseload, of the periods with a caseload
teams as (

    select
        period,
        service_team
    from counted

    union

    select
        complaints.period,
        complaints.service_team
    from complaints
    where complaints.period in (select counted.period from counted)

),

final as (

    select
        teams.period,
        periods.period_length,
        teams.service_team,
        cast(coalesce(complaints.received, 0) as bigint) as complaints,
        cast(counted.children as bigint) as children,
        cast(counted.referrals as bigint) as referrals,
        100 * {{ rate('coalesce(complaints.received, 0)', 'counted.children') }}
            as complaints_per_100_children,
        100 * {{ rate('coalesce(complaints.received, 0)', 'counted.referrals') }}
            as complaints_per_100_referrals
    from teams
    inner join periods on teams.period = periods.period
    left join counted
        on teams.period = counted.period and teams.service_team = counted.service_team
    left join complaints
        on teams.period = complaints.period and teams.service_team = complaints.service_team

)

select * from final
