with

complaint_stages as (

    select * from {{ ref('fct_complaint_stages') }}

),

complaint_reasons as (

    select * from {{ ref('fct_complaint_reasons') }}

),

stage_reasons as (

    select
        source,
        case_reference,
        stage,
        string_agg(reason, '; ' order by reason) as reasons
    from complaint_reasons
    group by all

),

final as (

    select
        complaint_stages.source,
        complaint_stages.case_reference,
        complaint_stages.financial_quarter as period,
        complaint_stages.financial_year,
        complaint_stages.procedure,
        complaint_stages.stage,
        complaint_stages.stage_number,
        complaint_stages.service_team,
        complaint_stages.received_date,
        complaint_stages.due_date,
        complaint_stages.responded_date,
        complaint_stages.sla_status,
        complaint_stages.outcome,
        stage_reasons.reasons
    from complaint_stages
    left join stage_reasons
        on
            complaint_stages.source = stage_reasons.source
            and complaint_stages.case_reference = stage_reasons.case_reference
            and complaint_stages.stage = stage_reasons.stage

)

select * from final
