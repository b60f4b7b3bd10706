select
    release_number,
    period,
    procedure,
    stage,
    breakdown,
    value,
    measure,
    counted,
    is_hidden
from {{ source('releases', 'released_figures') }}
