select
    financial_quarter,
    procedure,
    stage,
    measure,
    as_of_day,
    counted
from {{ source('releases', 'figure_history') }}
