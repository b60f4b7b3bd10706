{%- set milestones = ['acknowledgement', 'response', 'panel', 'findings', 'overall'] %}
{%- set due_dates = {
    'basic_due_number': 'computed_due_date_without_extension',
    'due_number': 'computed_due_date',
    'request_due_number': 'due_date_from_request',
    'panel_due_number': 'panel_due_date',
    'findings_due_number': 'findings_due_date',
    'overall_due_number': 'due_date_overall',
} %}

with

stage_rows as (

    select *
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

-- One row per day, procedure and stage, with the limit of each milestone.
time_limits as (

    select
        date,
        procedure,
        stage,
        {% for milestone in milestones %}
            max(case when milestone = '{{ milestone }}' then working_days end)
                as {{ milestone }}_limit,
            max(
                case
                    when milestone = '{{ milestone }}'
                        then coalesce(extended_working_days, working_days)
                end
            ) as extended_{{ milestone }}_limit,
        {% endfor %}
        max(case when milestone = 'response' then clock_starts end) as clock_starts
    from {{ ref('int_time_limits_by_day') }}
    group by date, procedure, stage

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

    select
        max(date) as last_date,
        year(max(date)) + 1 as next_year
    from calendar

),

as_of as (

    select
        as_of_day.as_of_day,
        calendar_end.last_date,
        calendar_end.next_year,
        {{ found_in_calendar(
            'calendar.working_day_number', 'year(as_of_day.as_of_day)', 'calendar_end.next_year'
        ) }} as as_of_number
    from as_of_day
    cross join calendar_end
    left join calendar
        on as_of_day.as_of_day = calendar.date

),

-- The limits in force on the received date, and what the row says of itself. A response that is
-- counted from the panel's findings is due by the limit overall until a panel has met. A target
-- before the receipt, or after the calendar, is a mistake: no stage is due by it.
limited as (

    select
        stage_rows.*,
        as_of.*,
        stages.stage_number,
        received_days.financial_quarter,
        received_days.financial_year,
        {{ found_in_calendar(
            'received_days.working_day_number', 'year(stage_rows.received_date)', 'as_of.next_year'
        ) }} as received_number,
        time_limits.clock_starts,
        time_limits.clock_starts = 'findings' as starts_with_findings,
        if(
            time_limits.clock_starts = 'findings',
            time_limits.overall_limit,
            time_limits.response_limit
        ) as working_days_limit,
        if(
            time_limits.clock_starts = 'findings',
            time_limits.extended_overall_limit,
            time_limits.extended_response_limit
        ) as extended_working_days_limit,
        time_limits.response_limit,
        {% for milestone in milestones %}
            if(
                stage_rows.extension_agreed,
                time_limits.extended_{{ milestone }}_limit,
                time_limits.{{ milestone }}_limit
            ) as applied_{{ milestone }}_limit,
        {% endfor %}
        coalesce(outcomes.is_upheld, false) as is_upheld,
        if(
            stage_rows.is_due_by_source_target
            and time_limits.response_limit is not null
            and stage_rows.target_date between stage_rows.received_date and as_of.last_date,
            stage_rows.target_date,
            null
        ) as source_target_date,
        coalesce(stage_rows.outcome = 'withdrawn', false) as is_withdrawn
    from stage_rows
    cross join as_of
    left join calendar as received_days
        on stage_rows.received_date = received_days.date
    left join stages
        on
            stage_rows.procedure = stages.procedure
            and stage_rows.stage = stages.stage
    left join outcomes
        on stage_rows.outcome = outcomes.outcome
    left join time_limits
        on
            stage_rows.received_date = time_limits.date
            and stage_rows.procedure = time_limits.procedure
            and stage_rows.stage = time_limits.stage

),

-- What is dated outside the stage, or in the future, did not happen: no clock starts with it.
happened as (

    select
        limited.*,
        limited.responded_date is null
        and not limited.is_withdrawn
        and not coalesce(limited.is_closed_date_unknown, false) as is_open,
        if(
            limited.extension_agreed,
            limited.extended_working_days_limit,
            limited.working_days_limit
        ) as applied_limit,
        least(limited.responded_date, limited.as_of_day) as last_day,
        if(
            limited.acknowledged_date between limited.received_date and limited.as_of_day,
            limited.acknowledged_date,
            null
        ) as acknowledged_on,
        if(
            limited.panel_date between limited.received_date
            and least(limited.responded_date, limited.as_of_day),
            limited.panel_date,
            null
        ) as panel_met_on,
        {{ found_in_calendar(
            'acknowledgement_days.date',
            'if(limited.applied_acknowledgement_limit is not null, limited.next_year, null)',
            'limited.next_year'
        ) }} as acknowledgement_due_date
    from limited
    left join working_days as acknowledgement_days
        on
            limited.received_number + limited.applied_acknowledgement_limit
            = acknowledgement_days.working_day_number

),

-- A clock that the acknowledgement starts waits no longer than the acknowledgement may take, nor
-- than the response; where no limit is set for it, only one that is recorded starts the clock.
clocked as (

    select
        *,
        case
            when clock_start_date is not null then clock_start_date
            when clock_starts = 'acknowledged'
                then least(
                    coalesce(
                        if(acknowledged_on <= last_day, acknowledged_on, null),
                        acknowledgement_due_date,
                        received_date
                    ),
                    acknowledgement_due_date,
                    if(responded_date >= received_date, responded_date, null)
                )
            else received_date
        end as clock_started_on,
        if(
            panel_findings_date between coalesce(panel_met_on, received_date) and as_of_day,
            panel_findings_date,
            null
        ) as findings_made_on
    from happened

),

numbered as (

    select
        clocked.*,
        {{ found_in_calendar(
            'clock_days.working_day_number', 'year(clocked.clock_started_on)', 'clocked.next_year'
        ) }} as clock_number,
        {{ found_in_calendar(
            'response_days.working_day_number', 'year(clocked.responded_date)', 'clocked.next_year'
        ) }} as responded_number,
        target_days.working_day_number as target_number,
        panel_days.working_day_number + clocked.applied_findings_limit as findings_due_number,
        if(
            clocked.starts_with_findings,
            coalesce(
                findings_days.working_day_number,
                panel_days.working_day_number + clocked.applied_findings_limit
            ),
            null
        ) as findings_number
    from clocked
    left join calendar as clock_days
        on clocked.clock_started_on = clock_days.date
    left join calendar as target_days
        on clocked.source_target_date = target_days.date
    left join calendar as panel_days
        on clocked.panel_met_on = panel_days.date
    left join calendar as findings_days
        on
            clocked.findings_made_on = findings_days.date
            and clocked.last_day >= findings_days.date
    left join calendar as response_days
        on clocked.responded_date = response_days.date

),

-- The N-th working day after the clock's start is the working day whose number is N higher.
counted as (

    select
        *,
        coalesce(findings_number + response_limit, clock_number + working_days_limit)
            as basic_due_number,
        coalesce(findings_number + applied_response_limit, clock_number + applied_limit)
            as due_number,
        received_number + applied_limit as request_due_number,
        clock_number + applied_panel_limit as panel_due_number,
        received_number + applied_overall_limit as overall_due_number
    from numbered

),

dated as (

    select
        counted.*,
    {% for number, due_date in due_dates.items() %}
        {{ found_in_calendar(
            number ~ '_days.date',
            'if(counted.' ~ number ~ ' is not null, counted.next_year, null)',
            'counted.next_year'
        ) }} as {{ due_date }}{{ ',' if not loop.last }}
    {% endfor %}
    from counted
    {% for number in due_dates %}
        left join working_days as {{ number }}_days
            on counted.{{ number }} = {{ number }}_days.working_day_number
    {% endfor %}

),

-- Where the council's system is the only record of its limits, the source's own target counts. It
-- contains an extension that was agreed: without it the stage was due by our own limit.
due as (

    select
        *,
        coalesce(source_target_date, computed_due_date) as due_date,
        if(
            extension_agreed,
            least(source_target_date, computed_due_date_without_extension),
            coalesce(source_target_date, computed_due_date_without_extension)
        ) as due_date_without_extension
    from dated

),

judged as (

    select
        *,
        {{ sla_status('due_date', 'responded_date') }} as sla_status,
        {{ sla_status('due_date_from_request', 'responded_date') }} as sla_status_from_request,
        if(
            stage = 'stage_3',
            {{ sla_status('panel_due_date', 'panel_met_on') }},
            null
        ) as panel_sla_status,
        if(
            acknowledgement_due_date is not null,
            {{ sla_status('acknowledgement_due_date', 'least(acknowledged_on, responded_date)') }},
            null
        ) as acknowledgement_status,
        if(
            stage = 'stage_3',
            {{ sla_status('findings_due_date', 'findings_made_on') }},
            null
        ) as findings_status,
        if(
            stage = 'stage_3',
            {{ sla_status('due_date_overall', 'responded_date') }},
            null
        ) as sla_status_overall,
        coalesce(responded_date <= due_date_without_extension, false) as is_within_basic_limit
    from due

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
        acknowledgement_due_date,
        acknowledgement_status,
        clock_started_on as clock_start_date,
        extension_agreed,
        received_date_exchanged,
        responded_date_exchanged,
        working_days_limit,
        extended_working_days_limit,
        due_date_without_extension,
        due_date,
        computed_due_date,
        due_date_from_request,
        responded_date,
        responded_number - clock_number as working_days_taken,
        responded_number - received_number as working_days_taken_from_request,
        is_withdrawn,
        is_closed_date_unknown,
        is_open,
        sla_status,
        sla_status_from_request,
        sla_status = 'in_time' and is_within_basic_limit as is_in_sla_basic,
        sla_status = 'in_time' and not is_within_basic_limit as is_in_sla_extended,
        if(is_open, coalesce(target_number, due_number) - as_of_number, null) as working_days_left,
        panel_date,
        if(stage = 'stage_3', panel_due_date, null) as panel_due_date,
        panel_sla_status,
        if(
            is_open and panel_sla_status in ('open_in_time', 'open_overdue'),
            panel_due_number - as_of_number,
            null
        ) as panel_working_days_left,
        findings_due_date,
        findings_status,
        due_date_overall,
        sla_status_overall,
        {% for milestone in milestone_columns() %}
            {{ milestone }},
        {% endfor %}
        outcome,
        is_upheld,
        service_team,
        reasons,
        legal_basis,
        complainant_type,
        target_date,
        is_target_met_by_source,
        financial_quarter,
        financial_year,
        is_held,
        file_name,
        row_number
    from judged

)

select *
from final
