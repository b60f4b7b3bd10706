-- Every loaded stage is counted once, in its own quarter and under its own status.
with

complaint_stages as (

    select
        financial_quarter,
        procedure,
        stage,
        count(*) as received,
        {{ count_where("sla_status = 'in_time'") }} as in_sla,
        {{ count_where("sla_status = 'late'") }} as late,
        {{ count_where("is_open and sla_status = 'open_overdue'") }} as open_overdue,
        {{ count_where("is_upheld") }} as upheld,
        {{ count_where("is_withdrawn") }} as withdrawn
    from {{ ref('fct_complaint_stages') }}
    group by financial_quarter, procedure, stage

),

quarters as (

    select
        financial_quarter,
        procedure,
        stage,
        received,
        in_sla,
        late,
        open_overdue,
        upheld,
        withdrawn
    from {{ ref('rpt_quarterly_stages') }}
    where received > 0

),

final as (

    {{ rows_in_one_only('complaint_stages', 'quarters') }}

)

select * from final
