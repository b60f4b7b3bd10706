-- A reason counts a complaint once: no reason has more complaints than the stage received.
with

reasons as (

    select * from {{ ref('rpt_quarterly_reasons') }}

),

stages as (

    select * from {{ ref('rpt_quarterly_stages') }}

),

final as (

    select
        reasons.financial_quarter,
        reasons.procedure,
        reasons.stage,
        reasons.reason,
        reasons.complaints,
        stages.received
    from reasons
    left join stages
        on
            reasons.financial_quarter = stages.financial_quarter
            and reasons.procedure = stages.procedure
            and reasons.stage = stages.stage
    where
        stages.received is null
        or reasons.complaints > stages.received
        or reasons.in_sla > stages.in_sla
        or reasons.upheld > stages.upheld

)

select * from final
