with

complaint_stages as (

    select * from {{ ref('fct_complaint_stages') }}

),

final as (

    select
        source,
        case_reference,
        procedure,
        stage,
        case_key,
        stage_key,
        service_team,
        received_date,
        due_date,
        working_days_left,
        sla_status,
        panel_due_date,
        panel_sla_status
    from complaint_stages
    where is_open

)

select * from final
