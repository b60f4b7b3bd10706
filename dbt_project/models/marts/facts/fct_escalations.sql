with

complaint_stages as (

    select * from {{ ref('fct_complaint_stages') }}

),

escalations as (

    select * from {{ ref('int_stage_escalations') }}
    where previous_stage is not null

),

final as (

    select
        complaint_stages.source,
        complaint_stages.case_reference,
        complaint_stages.procedure,
        complaint_stages.stage,
        complaint_stages.case_key,
        complaint_stages.stage_key,
        complaint_stages.service_team,
        escalations.previous_stage,
        escalations.previous_responded_date,
        complaint_stages.received_date,
        escalations.working_days_since_previous_response,
        escalations.request_limit_working_days,
        complaint_stages.financial_quarter,
        complaint_stages.financial_year
    from complaint_stages
    inner join escalations on complaint_stages.record_id = escalations.record_id

)

select * from final
