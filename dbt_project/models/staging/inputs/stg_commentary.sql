-- …_text is what was written, the plain name what it reads as.
with

delivered as (

    {{ delivered_input('commentary') }}

),

final as (

    select
        record_id,
        source,
        field_count,
        header_field_count,
        period as period_text,
        {{ read_reported_period('period') }} as period,
        section as section_text,
        case
            when regexp_full_match(trim(section), '(?i)(section\s*)?[1-3](\.[1-9])?\.?')
                then regexp_extract(section, '[1-3](\.[1-9])?')
            when regexp_full_match(trim(section), '(?i)(appendix\s*)?[ab]')
                then 'Appendix ' || upper(right(trim(section), 1))
        end as section,
        text,
        role,
        file_name,
        row_number
    from delivered

)

select * from final
