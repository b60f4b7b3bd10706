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
        file_name,
        row_number,
        takes_part
    from source_rows
    where is_held

)

select *
from final
