{{ config(materialized='view') }}

with

complaint_rows as (

    select * from {{ ref('int_complaint_rows') }}

),

held as (

    select distinct record_id
    from {{ ref('int_findings') }}
    where is_holding

),

final as (

    select
        complaint_rows.record_id,
        complaint_rows.source,
        complaint_rows.case_reference_text as case_reference,
        complaint_rows.procedure,
        complaint_rows.stage,
        complaint_rows.received_date,
        coalesce(complaint_rows.service_team, 'Not recorded') as service_team,
        complaint_rows.file_name,
        complaint_rows.row_number
    from complaint_rows
    inner join held on complaint_rows.record_id = held.record_id

)

select * from final
