-- Compliance is done out of due. One without a due date counts in the period in which it was done.
with

periods as (

    {{ reported_periods() }}

),

recommendations as (

    select
        *,
        coalesce(due_date, done_date) as day
    from {{ ref('fct_recommendations') }}

),

final as (

    select
        periods.period,
        periods.period_length,
        recommendations.stage,
        count(*) as recommendations,
        {{ count_where("recommendations.status in ('done', 'overdue')") }} as due,
        {{ count_where("recommendations.status = 'done'") }} as done,
        {{ count_where("recommendations.done_date <= recommendations.due_date") }} as done_in_time,
        {{ count_where("recommendations.status = 'overdue'") }} as overdue,
        {{ count_where("recommendations.status = 'dropped'") }} as dropped
    from recommendations
    inner join periods
        on recommendations.day between periods.period_start_date and periods.period_end_date
    group by periods.period, periods.period_length, recommendations.stage

)

select * from final
