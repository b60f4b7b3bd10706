-- How a notice is written, and the temporary tables in which notices are collected.

create or replace temporary macro in_one_line(written, longest) as
left(trim(regexp_replace(written, '[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+', ' ', 'g')), longest);

create or replace temporary macro day_in_full(day) as strftime(day, '%-d %B %Y');

create or replace temporary macro working_days(number) as
number || if(number = 1, ' working day', ' working days');

-- What is longer than any reference or team is text in the wrong column, which does not belong in a
-- message.
create or replace temporary macro named(case_reference, stage) as
coalesce(in_one_line(case_reference, 40), 'no case reference')
|| coalesce(', ' || replace(stage, '_', ' '), '');

create or replace temporary macro of_team(team) as
if(team = 'Not recorded', ', no team recorded', ', ' || in_one_line(team, 40));

create or replace temporary macro undated(file_name) as regexp_replace(file_name, '\d+', '', 'g');

create or replace temporary macro without_number(key) as regexp_replace(key, '\|\d+$', '');

create or replace temporary macro placed(file_name, row_number) as
in_one_line(file_name, 100) || ', row ' || row_number;

create or replace temporary macro has_recipient(audience, team) as
coalesce(
    list_contains(getvariable('audiences')::varchar[], audience)
    or audience in ('data_quality', 'deadlines')
    and list_contains(getvariable('teams')::varchar[], lower(team)),
    false
);

create or replace temporary table notice_types as
from read_csv(getvariable('notice_types'));

create or replace temporary table notices (
    audience varchar, notice_type varchar, key varchar, position bigint, title varchar,
    remedy varchar, sort varchar, text varchar, team varchar, rule_code varchar,
    counted_as varchar
);

create or replace temporary table rejected_files (
    source varchar, file_name varchar, content_hash varchar, message varchar, status varchar
);

create or replace temporary table totals (
    audience varchar, team varchar, counted varchar, number bigint
);
