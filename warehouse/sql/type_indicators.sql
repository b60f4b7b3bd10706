-- The indicators to judge. A value is printed as written; value_number is the number in it.
create or replace table landing.typed_input as
select
    *,
    read_number(regexp_replace(value, '\s*%$', '')) as value_number
from landing.input_rows;
