-- A value is printed as written; value_number is the number in it.
{{ typed_input(
    'indicators',
    texts=['name', 'period', 'value'],
    more=[read_number(matches_replaced('value', '\\s*%\\z', '')) ~ ' as value_number']
) }}
