{#- The sections of report/build.py; what an annual report covers (3.3) is in no other. -#}
{%- set numbers = '(1(\\.[12])?|2(\\.[1-5])?|3(\\.[1-3])?)' -%}
{%- set section -%}
    case
        when {{ is_of_pattern('trim(delivered.section)', '(?i)(section\\s*)?3\\.3\\.?') }}
            and {{ has_match('delivered.period', '(?i)[qh]\\s?[1-4]') }}
            then null
        when {{ is_of_pattern('trim(delivered.section)', '(?i)(section\\s*)?' ~ numbers ~ '\\.?') }}
            then {{ matched_part('delivered.section', numbers, 0) }}
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
