{{ typed_input(
    'benchmarks',
    texts=['authority', 'measure', 'note'],
    reads={
        'year': read_financial_year('delivered.year'),
        'value': read_number('delivered.value')
    }
) }}
