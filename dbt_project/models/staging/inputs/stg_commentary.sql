{%- set section -%}
    case
        when {{ is_of_pattern('trim(delivered.section)', '(?i)(section\\s*)?[1-3](\\.[1-9])?\\.?') }}
            then {{ matched_part('delivered.section', '[1-3](\\.[1-9])?', 0) }}
        when {{ is_of_pattern('trim(delivered.section)', '(?i)(appendix\\s*)?[ab]') }}
            then 'Appendix ' || upper(right(trim(delivered.section), 1))
    end
{%- endset -%}
{{ typed_input(
    'commentary',
    texts=['text', 'role'],
    periods=['period'],
    reads={'section': section}
) }}
