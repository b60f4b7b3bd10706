-- One night, one as-of day.
select count(*) as publications
from {{ ref('dq_publication') }}
having count(*) != 1
