-- What a stage counted for when a report was released, by the same conditions as today.
{{ config(materialized='view') }}

with

stages as (

    select * from {{ ref('stg_released_stages') }}

),

final as (

    select
        release_number,
        record_id,
        source,
        case_reference,
        procedure,
        stage,
        received_date,
        financial_quarter,
        service_team,
        outcome,
        sla_status,
        responded_date,
        is_held,
        is_erased,
        {{ stage_flags() }}
    from stages

)

select * from final
