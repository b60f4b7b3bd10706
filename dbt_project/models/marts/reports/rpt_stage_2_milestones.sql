{%- set milestones = {
    'investigator': 'investigator_appointed_date',
    'independent_person': 'independent_person_appointed_date',
    'statement': 'statement_agreed_date',
    'report': 'investigation_report_date',
    'adjudication': 'adjudication_date',
} %}

with

stages as (

    select * from {{ ref('fct_complaint_stages') }}
    where procedure = 'statutory' and stage = 'stage_2'

),

run as (

    select * from {{ ref('stg_run') }}

),

calendar as (

    select * from {{ ref('int_calendar') }}

),

-- What lies after the as-of day has not happened yet.
reached as (

    select
        stages.source,
        stages.case_reference,
        stages.case_key,
        stages.stage_key,
        stages.procedure,
        stages.service_team,
        stages.received_date,
        stages.financial_quarter,
        stages.financial_year,
        {% for milestone in milestones.values() %}
            case when stages.{{ milestone }} <= run.as_of_day then stages.{{ milestone }} end
                as {{ milestone }},
        {% endfor %}
        stages.responded_date,
        stages.is_open,
        stages.sla_status,
        stages.sla_status_from_request,
        stages.extended_working_days_limit,
        case when stages.is_open then run.as_of_day else stages.responded_date end as last_date
    from stages
    cross join run

),

-- A source that has recorded no milestone of any stage 2 says nothing of its investigations.
started as (

    select
        *,
        coalesce({{ milestones.values() | join(', ') }}) is not null as has_milestone,
        bool_or(coalesce({{ milestones.values() | join(', ') }}) is not null)
            over (partition by source) as has_milestones_in_source
    from reached

),

counted as (

    select
        started.*,
        {% for name in milestones %}
            {{ name }}_days.working_day_number - received_days.working_day_number
                as working_days_to_{{ name }},
        {% endfor %}
        last_days.working_day_number - received_days.working_day_number as working_days_waited
    from started
    inner join calendar as received_days
        on started.received_date = received_days.date
    left join calendar as last_days
        on started.last_date = last_days.date
    {% for name, milestone in milestones.items() %}
        left join calendar as {{ name }}_days
            on started.{{ milestone }} = {{ name }}_days.date
    {% endfor %}

),

final as (

    select
        source,
        case_reference,
        case_key,
        stage_key,
        procedure,
        service_team,
        received_date,
        financial_quarter,
        financial_year,
        {% for name, milestone in milestones.items() %}
            {{ milestone }},
            working_days_to_{{ name }},
        {% endfor %}
        responded_date,
        is_open,
        sla_status,
        sla_status_from_request,
        working_days_waited,
        extended_working_days_limit,
        case
            when working_days_waited > extended_working_days_limit
                then working_days_waited - extended_working_days_limit
            when working_days_waited <= extended_working_days_limit then 0
        end as working_days_over_extended_limit,
        case when has_milestones_in_source then has_milestone end as is_started
    from counted

)

select * from final
