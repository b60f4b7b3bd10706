-- The reasons of a quarter, counted by their texts, are those of the facts, counted one by one.
with

complaint_reasons as (

    select
        stages.financial_quarter,
        stages.procedure,
        stages.stage,
        reasons.reason,
        count(*) as complaints,
        {{ count_where("stages.sla_status = 'in_time'") }} as in_sla,
        {{ count_where("stages.is_upheld") }} as upheld
    from {{ ref('fct_complaint_reasons') }} as reasons
    inner join {{ ref('fct_complaint_stages') }} as stages
        on
            reasons.source = stages.source
            and reasons.case_reference = stages.case_reference
            and reasons.stage = stages.stage
    group by stages.financial_quarter, stages.procedure, stages.stage, reasons.reason

),

quarters as (

    select
        financial_quarter,
        procedure,
        stage,
        reason,
        complaints,
        in_sla,
        upheld
    from {{ ref('rpt_quarterly_reasons') }}

),

final as (

    {{ rows_in_one_only('complaint_reasons', 'quarters') }}

)

select * from final
