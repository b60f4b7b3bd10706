{%- set code = "replace(" ~ matched_form('characteristic') ~ ", ' ', '_')" -%}
{{ typed_input(
    'population',
    texts=['characteristic', 'value'],
    wholes=['number'],
    more=[
        'case when ' ~ code ~ ' in ' ~ quoted_names(characteristics()) ~ ' then ' ~ code
        ~ ' end as characteristic_code'
    ],
    alike={'characteristic': code}
) }}
