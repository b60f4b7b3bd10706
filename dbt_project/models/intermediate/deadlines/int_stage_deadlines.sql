with

stage_rows as (

    select * rename (clock_start_date as given_clock_start_date)
    from {{ ref('int_stage_rows') }}

),

as_of_day as (

    select *
    from {{ ref('stg_run') }}

),

calendar as (

    select *
    from {{ ref('int_calendar') }}

),

time_limits as (

    select *
    from {{ ref('int_time_limits_by_day') }}

),

stages as (

    select *
    from {{ ref('stg_stages') }}

),

outcomes as (

    select *
    from {{ ref('stg_outcomes') }}

),

working_days as (

    select
        date,
        working_day_number
    from calendar
    where is_working_day

),

calendar_end as (

    select year(max(date)) + 1 as next_year
    from calendar

),

as_of as (

    select
        as_of_day.as_of_day,
        calendar_end.next_year,
        {{ found_in_calendar(
            'calendar.working_day_number', 'year(as_of_day.as_of_day)', 'calendar_end.next_year'
        ) }} as as_of_number
    from as_of_day
    cross join calendar_end
    left join calendar
        on as_of_day.as_of_day = calendar.date

),

-- The limits in force on the received date, and what the row says of itself.
limited as (

    select
        stage_rows.*,
        as_of.*,
        stages.stage_number,
        response_limits.clock_starts,
        panel_limits.clock_starts as panel_clock_starts,
        response_limits.working_days as working_days_limit,
        coalesce(response_limits.extended_working_days, response_limits.working_days)
            as extended_working_days_limit,
        if(
            stage_rows.extension_agreed,
            coalesce(panel_limits.extended_working_days, panel_limits.working_days),
            panel_limits.working_days
        ) as panel_limit,
        coalesce(outcomes.is_upheld, false) as is_upheld,
        coalesce(stage_rows.outcome = 'withdrawn', false) as is_withdrawn
    from stage_rows
    cross join as_of
    left join stages
        on
            stage_rows.procedure = stages.procedure
            and stage_rows.stage = stages.stage
    left join outcomes
        on stage_rows.outcome = outcomes.outcome
    left join time_limits as response_limits
        on
            stage_rows.received_date = response_limits.date
            and stage_rows.procedure = response_limits.procedure
            and stage_rows.stage = response_limits.stage
            and response_limits.milestone = 'response'
    left join time_limits as panel_limits
        on
            stage_rows.received_date = panel_limits.date
            and stage_rows.procedure = panel_limits.procedure
            and stage_rows.stage = panel_limits.stage
            and panel_limits.milestone = 'panel'

),

-- An acknowledgement outside the stage, or in the future, starts no clock.
acknowledged as (

    select
        *,
        if(
            acknowledged_date between received_date
            and least(coalesce(responded_date, as_of_day), as_of_day),
            acknowledged_date,
            received_date
        ) as acknowledged_or_received_date
    from limited

),

clocked as (

    select
        *,
        coalesce(
            given_clock_start_date,
            if(clock_starts = 'acknowledged', acknowledged_or_received_date, received_date)
        ) as clock_start_date,
        coalesce(
            given_clock_start_date,
            if(panel_clock_starts = 'acknowledged', acknowledged_or_received_date, received_date)
        ) as panel_clock_start_date,
        responded_date is null and not is_withdrawn as is_open,
        if(extension_agreed, extended_working_days_limit, working_days_limit) as applied_limit
    from acknowledged

),

numbered as (

    select
        clocked.*,
        received_days.financial_quarter,
        received_days.financial_year,
        {{ found_in_calendar(
            'received_days.working_day_number', 'year(clocked.received_date)', 'clocked.next_year'
        ) }} as received_number,
        {{ found_in_calendar(
            'clock_days.working_day_number', 'year(clocked.clock_start_date)', 'clocked.next_year'
        ) }} as clock_number,
        {{ found_in_calendar(
            'panel_days.working_day_number', 'year(clocked.panel_clock_start_date)', 'clocked.next_year'
        ) }} as panel_clock_number,
        {{ found_in_calendar(
            'response_days.working_day_number', 'year(clocked.responded_date)', 'clocked.next_year'
        ) }} as responded_number
    from clocked
    left join calendar as received_days
        on clocked.received_date = received_days.date
    left join calendar as clock_days
        on clocked.clock_start_date = clock_days.date
    left join calendar as panel_days
        on clocked.panel_clock_start_date = panel_days.date
    left join calendar as response_days
        on clocked.responded_date = response_days.date

),

-- The N-th working day after the clock's start is the working day whose number is N higher.
dated as (

    select
        numbered.*,
        {{ found_in_calendar(
            'basic_days.date',
            'if(numbered.working_days_limit is not null, numbered.next_year, null)',
            'numbered.next_year'
        ) }} as due_date_without_extension,
        {{ found_in_calendar(
            'due_days.date',
            'if(numbered.applied_limit is not null, numbered.next_year, null)',
            'numbered.next_year'
        ) }} as due_date,
        {{ found_in_calendar(
            'request_days.date',
            'if(numbered.applied_limit is not null, numbered.next_year, null)',
            'numbered.next_year'
        ) }} as due_date_from_request,
        {{ found_in_calendar(
            'panel_due_days.date',
            'if(numbered.panel_limit is not null, numbered.next_year, null)',
            'numbered.next_year'
        ) }} as panel_due_date,
        due_days.working_day_number as due_number,
        panel_due_days.working_day_number as panel_due_number
    from numbered
    left join working_days as basic_days
        on numbered.clock_number + numbered.working_days_limit = basic_days.working_day_number
    left join working_days as due_days
        on numbered.clock_number + numbered.applied_limit = due_days.working_day_number
    left join working_days as request_days
        on numbered.received_number + numbered.applied_limit = request_days.working_day_number
    left join working_days as panel_due_days
        on numbered.panel_clock_number + numbered.panel_limit = panel_due_days.working_day_number

),

judged as (

    select
        *,
        {{ sla_status('due_date', 'responded_date', 'is_withdrawn', 'as_of_day') }}
            as sla_status,
        {{ sla_status('due_date_from_request', 'responded_date', 'is_withdrawn', 'as_of_day') }}
            as sla_status_from_request,
        if(
            stage = 'stage_3',
            {{ sla_status(
                'panel_due_date',
                'if(panel_date <= as_of_day, panel_date, null)',
                'is_withdrawn',
                'as_of_day'
            ) }},
            null
        ) as panel_sla_status,
        coalesce(responded_date <= due_date_without_extension, false) as is_within_basic_limit
    from dated

),

final as (

    select
        record_id,
        source,
        case_reference,
        procedure,
        stage,
        stage_number,
        received_date,
        acknowledged_date,
        clock_start_date,
        extension_agreed,
        received_date_exchanged,
        responded_date_exchanged,
        working_days_limit,
        extended_working_days_limit,
        due_date_without_extension,
        due_date,
        due_date_from_request,
        responded_date,
        responded_number - clock_number as working_days_taken,
        responded_number - received_number as working_days_taken_from_request,
        is_withdrawn,
        is_open,
        sla_status,
        sla_status_from_request,
        sla_status = 'in_time' and is_within_basic_limit as is_in_sla_basic,
        sla_status = 'in_time' and not is_within_basic_limit as is_in_sla_extended,
        if(is_open, due_number - as_of_number, null) as working_days_left,
        panel_date,
        if(stage = 'stage_3', panel_due_date, null) as panel_due_date,
        panel_sla_status,
        if(
            is_open and panel_sla_status in ('open_in_time', 'open_overdue'),
            panel_due_number - as_of_number,
            null
        ) as panel_working_days_left,
        outcome,
        is_upheld,
        service_team,
        reasons,
        legal_basis,
        complainant_type,
        target_date,
        financial_quarter,
        financial_year,
        is_held,
        file_name,
        row_number
    from judged

)

select *
from final
