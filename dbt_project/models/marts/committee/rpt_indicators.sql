with

indicators as (

    {{ loaded_rows('stg_indicators') }}

),

final as (

    select
        source,
        name,
        period,
        value,
        value_number,
        file_name as source_file,
        row_number as source_row
    from indicators

)

select * from final
