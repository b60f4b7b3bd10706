with

restated as (

    select * from {{ ref('int_restated_stages') }}

),

releases as (

    select * from {{ ref('stg_releases') }}

),

records as (

    select * from {{ ref('stg_records') }}

),

places as (

    select * from {{ ref('int_record_places') }}

),

final as (

    select
        releases.release,
        restated.source,
        restated.case_reference,
        restated.stage,
        restated.cause,
        restated.procedure_before,
        restated.procedure_after,
        restated.financial_quarter_before,
        restated.financial_quarter_after,
        restated.sla_status_before,
        restated.sla_status_after,
        restated.outcome_before,
        restated.outcome_after,
        restated.service_team_before,
        restated.service_team_after,
        records.first_delivery as delivery_number,
        places.file_name as source_file,
        places.row_number as source_row
    from restated
    inner join releases on restated.release_number = releases.release_number
    left join records on restated.record_id_after = records.record_id
    left join places on restated.record_id_after = places.record_id

)

select * from final
