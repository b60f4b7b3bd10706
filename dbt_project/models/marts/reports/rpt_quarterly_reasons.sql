with

complaint_reasons as (

    select * from {{ ref('fct_complaint_reasons') }}

),

complaint_stages as (

    select * from {{ ref('fct_complaint_stages') }}

),

final as (

    select
        complaint_stages.financial_quarter,
        complaint_stages.procedure,
        complaint_stages.stage,
        complaint_reasons.reason,
        count(*) as complaints,
        count(*) filter (where not complaint_stages.is_withdrawn) as eligible,
        count(*) filter (where complaint_stages.sla_status = 'in_time') as in_sla,
        count(*) filter (where complaint_stages.is_upheld) as upheld
    from complaint_reasons
    inner join complaint_stages
        on
            complaint_reasons.source = complaint_stages.source
            and complaint_reasons.case_reference = complaint_stages.case_reference
            and complaint_reasons.stage = complaint_stages.stage
    group by all

)

select * from final
