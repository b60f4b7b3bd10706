with

source_rows as (

    select *
    from {{ source('raw', 'stage_rows') }}

),

final as (

    select
        row_id,
        source,
        case_reference,
        procedure,
        stage,
        received_date,
        clock_start_date,
        acknowledged_date,
        extension_agreed,
        panel_date,
        target_date,
        responded_date,
        outcome,
        service_team,
        reasons,
        legal_basis,
        complainant_type,
        age_band,
        gender,
        ethnicity,
        disability,
        sexual_orientation,
        advocate,
        learning,
        last_updated,
        file_name,
        row_number,
        is_held,
        is_settled
    from source_rows
    where takes_part

)

select *
from final
