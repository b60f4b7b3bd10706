with

recommendations as (

    {{ loaded_rows('stg_recommendations') }}

),

known_cases as (

    select distinct case_reference from {{ ref('fct_complaints') }}

),

run as (

    select * from {{ ref('stg_run') }}

),

final as (

    select
        recommendations.source,
        recommendations.case_reference,
        recommendations.stage,
        recommendations.text,
        recommendations.due_date,
        recommendations.done_date,
        recommendations.evidence,
        recommendations.dropped_why,
        case
            when recommendations.done_date is not null then 'done'
            when recommendations.dropped_why is not null then 'dropped'
            when recommendations.due_date < run.as_of_day then 'overdue'
            else 'open'
        end as status,
        known_cases.case_reference is not null as is_case_known,
        recommendations.file_name as source_file,
        recommendations.row_number as source_row
    from recommendations
    cross join run
    left join known_cases on recommendations.case_reference = known_cases.case_reference

)

select * from final
