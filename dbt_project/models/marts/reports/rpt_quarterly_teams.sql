with

complaint_stages as (

    select * from {{ ref('fct_complaint_stages') }}

),

final as (

    select
        financial_quarter,
        procedure,
        stage,
        service_team,
        count(*) as received,
        count(*) filter (where not is_withdrawn) as eligible,
        count(*) filter (where sla_status = 'in_time') as in_sla,
        count(*) filter (where is_upheld) as upheld
    from complaint_stages
    group by all

)

select * from final
