with

remedies as (

    {{ loaded_rows('stg_remedies') }}

),

known_cases as (

    select distinct case_reference from {{ ref('fct_complaints') }}

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
        known_cases.case_reference is not null as is_case_known,
        remedies.file_name as source_file,
        remedies.row_number as source_row
    from remedies
    left join calendar on remedies.agreed_date = calendar.date
    left join known_cases on remedies.case_reference = known_cases.case_reference

)

select * from final
