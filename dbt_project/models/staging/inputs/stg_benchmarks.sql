-- …_text is what was written, the plain name what it reads as.
with

delivered as (

    {{ delivered_input('benchmarks') }}

),

typed as (

    select
        record_id,
        source,
        field_count,
        header_field_count,
        authority,
        year as year_text,
        {{ read_financial_year('year') }} as financial_year,
        measure,
        value as value_text,
        {{ read_number('value') }} as value,
        note,
        file_name,
        row_number
    from delivered

),

final as (

    select
        *,
        {{ is_repeat([
            'authority', 'coalesce(financial_year, year_text)', 'measure',
            'coalesce(cast(value as string), value_text)', 'note'
        ]) }} as is_duplicate
    from typed

)

select * from final
