with

stages as (

    select *
    from {{ ref('fct_complaint_stages') }}

),

calendar as (

    select *
    from {{ ref('int_calendar') }}

),

cases as (

    select
        source,
        case_reference,
        max_by(procedure, stage_number) as procedure,
        min(received_date) as first_received_date,
        max_by(stage, stage_number) as highest_stage,
        bool_or(is_open) as is_open,
        bool_or(stage = 'stage_2') as escalated_to_stage_2,
        bool_or(stage = 'stage_3') as escalated_to_stage_3,
        bool_or(stage = 'ombudsman') as reached_ombudsman,
        max_by(service_team, stage_number) as service_team,
        -- of its latest stage, also where that has none yet
        nullif(max_by(coalesce(outcome, 'none'), stage_number), 'none') as outcome,
        -- Decided here: beside the days it would make their join a comparison of every pair.
        case
            when not bool_or(is_open or coalesce(is_closed_date_unknown, false))
                then max(responded_date)
        end as last_responded_date
    from stages
    group by source, case_reference

),

final as (

    select
        cases.source,
        cases.case_reference,
        cases.procedure,
        cases.first_received_date,
        calendar.financial_quarter,
        cases.highest_stage,
        cases.is_open,
        cases.escalated_to_stage_2,
        cases.escalated_to_stage_3,
        cases.reached_ombudsman,
        {{ case_key('cases.source', 'cases.case_reference') }} as case_key,
        cases.service_team,
        cases.outcome,
        cases.last_responded_date,
        last_days.working_day_number - calendar.working_day_number as working_days_in_all
    from cases
    inner join calendar
        on cases.first_received_date = calendar.date
    left join calendar as last_days
        on cases.last_responded_date = last_days.date

)

select *
from final
