-- How an item is written: codes, references, days and counts, in one line.

create or replace temporary macro in_one_line(written, longest) as
    left(trim(regexp_replace(written, '\s+', ' ', 'g')), longest);

create or replace temporary macro in_words(day) as strftime(day, '%-d %B %Y');

create or replace temporary macro working_days(number) as
    number || if(number = 1, ' working day', ' working days');

-- A reference longer than any is text in the wrong column, which does not belong into a message.
create or replace temporary macro named(case_reference, stage) as
    coalesce(in_one_line(case_reference, 40), 'no case reference')
    || coalesce(', ' || replace(stage, '_', ' '), '');

create or replace temporary macro undated(file_name) as regexp_replace(file_name, '\d+', '', 'g');

create or replace temporary macro placed(file_name, row_number) as
    in_one_line(file_name, 100) || ', row ' || row_number;
