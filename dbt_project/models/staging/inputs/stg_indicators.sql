-- A value is printed as written; value_number is the number in it.
with

delivered as (

    {{ delivered_input('indicators') }}

),

typed as (

    select
        record_id,
        source,
        field_count,
        header_field_count,
        name,
        period,
        value,
        {{ read_number(matches_replaced('value', '\\s*%\\z', '')) }} as value_number,
        file_name,
        row_number
    from delivered

),

final as (

    select
        *,
        {{ is_repeat(['name', 'period', 'value']) }} as is_duplicate
    from typed

)

select * from final
