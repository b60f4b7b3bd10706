with

quarters as (

    select
        *,
        case when has_time_limit then {{ rate('in_sla', 'received') }} end as in_sla_rate,
        case when has_time_limit then {{ rate('in_sla', 'due') }} end as in_sla_due_rate,
        {{ rate('upheld', 'received') }} as upheld_rate
    from {{ ref('int_period_measures') }}
    where period_length = 'quarter'

),

final as (

    select
        quarters.period as financial_quarter,
        quarters.financial_year,
        quarters.is_complete,
        quarters.procedure,
        quarters.stage,
        quarters.stage_number,
        {{ procedure_stage('quarters.procedure', 'quarters.stage') }} as procedure_stage,
        quarters.has_time_limit,
        quarters.received,
        quarters.in_sla,
        quarters.in_sla_basic,
        quarters.in_sla_extended,
        quarters.late,
        quarters.open_in_time,
        quarters.open_overdue,
        quarters.not_applicable,
        quarters.upheld,
        quarters.fully_upheld,
        quarters.partially_upheld,
        quarters.withdrawn,
        quarters.closed_date_unknown,
        quarters.eligible,
        quarters.decided,
        quarters.due,
        quarters.held_back,
        quarters.in_sla_rate,
        quarters.in_sla_due_rate,
        quarters.upheld_rate,
        quarter_before.received as received_previous_quarter,
        year_before.received as received_same_quarter_last_year,
        {{ relative_change('quarters.received', 'quarter_before.received') }}
            as received_change_on_quarter,
        {{ relative_change('quarters.received', 'year_before.received') }}
            as received_change_on_year,
        quarters.in_sla_rate - quarter_before.in_sla_rate as in_sla_rate_change_on_quarter,
        quarters.in_sla_rate - year_before.in_sla_rate as in_sla_rate_change_on_year,
        quarters.upheld_rate - quarter_before.upheld_rate as upheld_rate_change_on_quarter,
        quarters.upheld_rate - year_before.upheld_rate as upheld_rate_change_on_year
    from quarters
    left join quarters as quarter_before
        on
            quarters.previous_period = quarter_before.period
            and quarters.procedure = quarter_before.procedure
            and quarters.stage = quarter_before.stage
    left join quarters as year_before
        on
            quarters.same_period_last_year = year_before.period
            and quarters.procedure = year_before.procedure
            and quarters.stage = year_before.stage

)

select * from final
