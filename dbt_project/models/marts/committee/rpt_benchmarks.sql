with

benchmarks as (

    {{ loaded_rows('stg_benchmarks') }}

),

final as (

    select
        source,
        authority,
        year as financial_year,
        measure,
        value,
        note,
        file_name as source_file,
        row_number as source_row
    from benchmarks

)

select * from final
