-- Cases and stages name the same cases.
with

cases as (

    select
        source,
        case_reference
    from {{ ref('fct_complaints') }}

),

cases_of_stages as (

    select distinct
        source,
        case_reference
    from {{ ref('fct_complaint_stages') }}

),

final as (

    {{ rows_in_one_only('cases', 'cases_of_stages') }}

)

select * from final
