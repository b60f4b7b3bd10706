with

remedies as (

    {{ loaded_rows('stg_remedies') }}

),

complaints as (

    select * from {{ ref('fct_complaints') }}

),

calendar as (

    select * from {{ ref('int_calendar') }}

),

final as (

    select
        remedies.source,
        remedies.case_reference,
        remedies.stage,
        remedies.type as remedy_type,
        remedies.amount,
        remedies.agreed_date,
        remedies.paid_date,
        calendar.financial_quarter,
        complaints.case_reference is not null as is_case_known,
        remedies.file_name as source_file,
        remedies.row_number as source_row
    from remedies
    left join calendar on remedies.agreed_date = calendar.date
    left join complaints
        on
            remedies.source = complaints.source
            and remedies.case_reference = complaints.case_reference

)

select * from final
