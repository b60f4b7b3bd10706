{%- set counts = {
    'received': 'true',
    'in_sla': "sla_status = 'in_time'",
    'in_sla_basic': 'is_in_sla_basic',
    'in_sla_extended': 'is_in_sla_extended',
    'late': "sla_status = 'late'",
    'open_in_time': "sla_status = 'open_in_time'",
    'open_overdue': "sla_status = 'open_overdue'",
    'not_applicable': "sla_status = 'not_applicable'",
    'in_sla_from_request': "sla_status_from_request = 'in_time'",
    'late_from_request': "sla_status_from_request = 'late'",
    'open_in_time_from_request': "sla_status_from_request = 'open_in_time'",
    'open_overdue_from_request': "sla_status_from_request = 'open_overdue'",
    'upheld': 'is_upheld',
    'fully_upheld': "outcome = 'upheld'",
    'partially_upheld': "outcome = 'partially_upheld'",
    'outcome_unknown': "outcome = 'unknown'",
    'without_outcome': 'responded_date is not null and outcome is null',
    'withdrawn': 'is_withdrawn',
    'eligible': 'not is_withdrawn',
    'decided': 'responded_date is not null and not is_withdrawn',
    'extension_agreed': 'extension_agreed',
    'panel_in_time': "panel_sla_status = 'in_time'",
    'panel_late': "panel_sla_status = 'late'",
    'panel_open_in_time': "panel_sla_status = 'open_in_time'",
    'panel_open_overdue': "panel_sla_status = 'open_overdue'",
} -%}

with

stage_deadlines as (

    select * from {{ ref('int_stage_deadlines') }}
    where not is_held

),

held_rows as (

    select * from {{ ref('int_held_rows') }}

),

stages as (

    select * from {{ ref('stg_stages') }}

),

calendar as (

    select * from {{ ref('int_calendar') }}

),

time_limits as (

    select * from {{ ref('int_time_limits_by_day') }}
    where milestone = 'response' and working_days is not null

),

as_of_day as (

    select * from {{ ref('stg_run') }}

),

first_receipt as (

    select min(received_date) as first_received_date from stage_deadlines

),

quarters as (

    select distinct
        calendar.financial_quarter,
        calendar.financial_year,
        calendar.quarter_start_date,
        calendar.quarter_end_date,
        calendar.quarter_end_date < as_of_day.as_of_day as is_complete
    from calendar
    cross join first_receipt
    cross join as_of_day
    where
        calendar.quarter_end_date >= first_receipt.first_received_date
        and calendar.quarter_start_date <= as_of_day.as_of_day

),

counted as (

    select
        financial_quarter,
        procedure,
        stage,
        {% for measure, condition in counts.items() %}
            count(*) filter (where {{ condition }}) as {{ measure }},
        {% endfor %}
        count(*) filter (where sla_status in ('in_time', 'late', 'open_overdue')) as due
    from stage_deadlines
    group by all

),

held_back as (

    select
        calendar.financial_quarter,
        held_rows.procedure,
        held_rows.stage,
        count(*) as held_back
    from held_rows
    inner join calendar on held_rows.received_date = calendar.date
    group by all

),

limited as (

    select distinct
        calendar.financial_quarter,
        time_limits.procedure,
        time_limits.stage
    from time_limits
    inner join calendar on time_limits.date = calendar.date

),

final as (

    select
        quarters.financial_quarter,
        quarters.financial_year,
        quarters.quarter_start_date,
        quarters.quarter_end_date,
        quarters.is_complete,
        stages.procedure,
        stages.stage,
        stages.stage_number,
        limited.stage is not null as has_time_limit,
        {% for measure in counts %}
            coalesce(counted.{{ measure }}, 0) as {{ measure }},
        {% endfor %}
        coalesce(counted.due, 0) as due,
        coalesce(held_back.held_back, 0) as held_back
    from quarters
    cross join stages
    left join counted
        on
            quarters.financial_quarter = counted.financial_quarter
            and stages.procedure = counted.procedure
            and stages.stage = counted.stage
    left join held_back
        on
            quarters.financial_quarter = held_back.financial_quarter
            and stages.procedure = held_back.procedure
            and stages.stage = held_back.stage
    left join limited
        on
            quarters.financial_quarter = limited.financial_quarter
            and stages.procedure = limited.procedure
            and stages.stage = limited.stage

)

select * from final
