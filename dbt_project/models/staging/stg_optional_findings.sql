select
    source,
    contents,
    file_name,
    row_number,
    rule_code
from {{ source('raw_inputs', 'optional_findings') }}
