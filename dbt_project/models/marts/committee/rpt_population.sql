with

population as (

    {{ loaded_rows('stg_population') }}

),

final as (

    select
        source,
        characteristic_code as characteristic,
        value,
        number,
        file_name as source_file,
        row_number as source_row
    from population

)

select * from final
