-- …_text is what was written, the plain name what it reads as.
with

delivered as (

    {{ delivered_input('commentary') }}

),

typed as (

    select
        record_id,
        source,
        field_count,
        header_field_count,
        period as period_text,
        {{ read_reported_period('period') }} as period,
        section as section_text,
        case
            when {{ is_of_pattern('trim(section)', '(?i)(section\\s*)?[1-3](\\.[1-9])?\\.?') }}
                then {{ matched_part('section', '[1-3](\\.[1-9])?', 0) }}
            when {{ is_of_pattern('trim(section)', '(?i)(appendix\\s*)?[ab]') }}
                then 'Appendix ' || upper(right(trim(section), 1))
        end as section,
        text,
        role,
        file_name,
        row_number
    from delivered

),

final as (

    select
        *,
        {{ is_repeat([
            'coalesce(period, period_text)', 'coalesce(section, section_text)', 'text', 'role'
        ]) }} as is_duplicate
    from typed

)

select * from final
