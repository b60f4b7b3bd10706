{{ config(materialized='view') }}

with

quarterly_measures as (

    select * from {{ ref('int_quarterly_measures') }}

),

periods as (

    select * from {{ ref('int_periods') }}

),

final as (

    select
        periods.period,
        periods.period_length,
        periods.period_start_date,
        periods.period_end_date,
        periods.is_complete,
        periods.previous_period,
        periods.same_period_last_year,
        quarterly_measures.procedure,
        quarterly_measures.stage,
        quarterly_measures.stage_number,
        {% for measure in [
            'received', 'in_sla', 'in_sla_basic', 'in_sla_extended', 'late', 'open_in_time',
            'open_overdue', 'not_applicable', 'in_sla_from_request', 'late_from_request',
            'open_in_time_from_request', 'open_overdue_from_request', 'upheld', 'fully_upheld',
            'partially_upheld', 'outcome_unknown', 'without_outcome', 'withdrawn', 'eligible',
            'decided', 'due', 'extension_agreed', 'panel_in_time', 'panel_late',
            'panel_open_in_time', 'panel_open_overdue', 'held_back'
        ] %}
            cast(sum(quarterly_measures.{{ measure }}) as bigint) as {{ measure }},
        {% endfor %}
        bool_or(quarterly_measures.has_time_limit) as has_time_limit
    from quarterly_measures
    inner join periods on quarterly_measures.financial_quarter = periods.financial_quarter
    group by all

)

select * from final
