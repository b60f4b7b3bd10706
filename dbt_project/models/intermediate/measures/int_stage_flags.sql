-- What a stage counts for, one flag for each measure of macros/measures.sql.
{{ config(materialized='view') }}

with

stages as (

    select * from {{ ref('int_stage_deadlines') }}
    where not is_held

),

final as (

    select
        record_id,
        source,
        case_reference,
        procedure,
        stage,
        received_date,
        clock_start_date,
        responded_date,
        working_days_taken,
        financial_quarter,
        service_team,
        outcome,
        sla_status,
        {{ stage_flags() }}
    from stages

)

select * from final
