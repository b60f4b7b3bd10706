-- Every spelling that is known, in the matched form, with the value it stands for.
create or replace table landing.spellings as
select
    field,
    matched_form(written) as spelling,
    arg_max(value, is_council_row) as value
from staging.stg_synonyms
group by field, spelling;
