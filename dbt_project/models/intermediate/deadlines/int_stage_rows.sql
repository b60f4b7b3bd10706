-- The rows that passed every rule on the row alone, with the texts that no rule reads. Those that a
-- rule across rows holds back count for the others, and so are here.
{{ config(materialized='view') }}

with

complaint_rows as (

    select * from {{ ref('int_complaint_rows') }}

),

records as (

    select * from {{ ref('stg_records') }}

),

sources as (

    select
        source,
        max_by(is_due_by_source_target, delivery_number) as is_due_by_source_target
    from {{ ref('stg_deliveries') }}
    where dataset = 'complaints'
    group by source

),

findings as (

    select
        record_id,
        bool_or(is_holding) as is_held,
        bool_or(is_holding_by_itself) as is_held_by_itself,
        bool_or(rule_code = 'clock_start_implausible') as has_implausible_clock_start
    from {{ ref('int_findings') }}
    group by record_id

),

final as (

    select
        complaint_rows.record_id,
        complaint_rows.source,
        complaint_rows.case_reference,
        complaint_rows.procedure,
        complaint_rows.stage,
        complaint_rows.received_date,
        case
            when not coalesce(findings.has_implausible_clock_start, false)
                then complaint_rows.clock_start_date
        end as clock_start_date,
        complaint_rows.acknowledged_date,
        coalesce(complaint_rows.extension_agreed = 'yes', false) as extension_agreed,
        complaint_rows.panel_date,
        complaint_rows.target_date,
        complaint_rows.target_met = 'yes' as is_target_met_by_source,
        sources.is_due_by_source_target,
        complaint_rows.responded_date,
        complaint_rows.received_date_exchanged,
        complaint_rows.responded_date_exchanged,
        complaint_rows.outcome,
        coalesce(complaint_rows.status = 'closed', false)
        and complaint_rows.responded_date is null
        and coalesce(complaint_rows.outcome <> 'withdrawn', true)
            as is_closed_date_unknown,
        coalesce(complaint_rows.service_team, 'Not recorded') as service_team,
        records.reasons,
        complaint_rows.legal_basis,
        {{ recorded_answer('records.complainant_type') }} as complainant_type,
        records.age_band,
        records.gender,
        records.ethnicity,
        records.disability,
        records.sexual_orientation,
        complaint_rows.advocate,
        records.learning,
        {% for milestone in milestone_columns() %}
            complaint_rows.{{ milestone }},
        {% endfor %}
        complaint_rows.last_updated,
        complaint_rows.file_name,
        complaint_rows.row_number,
        coalesce(findings.is_held, false) as is_held
    from complaint_rows
    inner join records on complaint_rows.record_id = records.record_id
    left join sources on complaint_rows.source = sources.source
    left join findings on complaint_rows.record_id = findings.record_id
    where not coalesce(findings.is_held_by_itself, false)

)

select * from final
