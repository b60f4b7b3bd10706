with

commentary as (

    {{ loaded_rows('stg_commentary') }}

),

final as (

    select
        source,
        period,
        section,
        text,
        role,
        file_name as source_file,
        row_number as source_row
    from commentary

)

select * from final
