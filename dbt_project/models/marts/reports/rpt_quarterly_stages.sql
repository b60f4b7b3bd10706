with

quarterly_measures as (

    select * from {{ ref('int_quarterly_measures') }}

),

rated as (

    select
        *,
        case when has_time_limit then {{ rate('in_sla', 'received') }} end as in_sla_rate,
        case when has_time_limit then {{ rate('in_sla', 'due') }} end as in_sla_due_rate,
        {{ rate('upheld', 'received') }} as upheld_rate
    from quarterly_measures

),

-- every quarter is there, so the quarter before is one row back and the year before is four
compared as (

    select
        *,
        lag(received, 1) over stage_quarters as received_previous_quarter,
        lag(in_sla_rate, 1) over stage_quarters as in_sla_rate_previous_quarter,
        lag(upheld_rate, 1) over stage_quarters as upheld_rate_previous_quarter,
        lag(received, 4) over stage_quarters as received_same_quarter_last_year,
        lag(in_sla_rate, 4) over stage_quarters as in_sla_rate_same_quarter_last_year,
        lag(upheld_rate, 4) over stage_quarters as upheld_rate_same_quarter_last_year
    from rated
    window stage_quarters as (partition by procedure, stage order by quarter_start_date)

),

final as (

    select
        financial_quarter,
        financial_year,
        is_complete,
        procedure,
        stage,
        stage_number,
        has_time_limit,
        received,
        in_sla,
        in_sla_basic,
        in_sla_extended,
        late,
        open_in_time,
        open_overdue,
        not_applicable,
        upheld,
        fully_upheld,
        partially_upheld,
        withdrawn,
        eligible,
        decided,
        due,
        held_back,
        in_sla_rate,
        in_sla_due_rate,
        upheld_rate,
        received_previous_quarter,
        received_same_quarter_last_year,
        {{ relative_change('received', 'received_previous_quarter') }}
            as received_change_on_quarter,
        {{ relative_change('received', 'received_same_quarter_last_year') }}
            as received_change_on_year,
        in_sla_rate - in_sla_rate_previous_quarter as in_sla_rate_change_on_quarter,
        in_sla_rate - in_sla_rate_same_quarter_last_year as in_sla_rate_change_on_year,
        upheld_rate - upheld_rate_previous_quarter as upheld_rate_change_on_quarter,
        upheld_rate - upheld_rate_same_quarter_last_year as upheld_rate_change_on_year
    from compared

)

select * from final
