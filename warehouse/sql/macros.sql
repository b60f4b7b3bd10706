-- How text becomes a value. Typing and synonyms happen here and nowhere else.

-- The form in which values are compared with synonyms: without case, space or punctuation.
create or replace temporary macro matched_form(written) as
    regexp_replace(lower(written), '[^a-z0-9]+', '', 'g');

create or replace temporary macro without_time_of_day(written) as
    regexp_replace(
        trim(written),
        '(?i)(t|,?\s+)([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(\s*[ap]m)?\s*(z|utc|gmt|[+-]\d\d(:?\d\d)?)?$',
        ''
    );

create or replace temporary macro four_digit_year(written) as
    regexp_replace(written, '(^|[^0-9])(\d\d)$', '\120\2');

-- Day first, always; two-digit years mean 20YY; a plain number is an Excel serial date,
-- whose day 0 is 30 December 1899 (Excel counts a 29 February 1900 that never was).
create or replace temporary macro read_day(written) as
    case
        when written is null then null
        when regexp_full_match(written, '\d{4}-\d{1,2}-\d{1,2}') then try_cast(written as date)
        when regexp_full_match(written, '\d{1,2}([/.-])\d{1,2}([/.-])(\d{4}|\d\d)')
            then try_strptime(
                four_digit_year(regexp_replace(written, '[.-]', '/', 'g')), '%d/%m/%Y'
            )::date
        when regexp_full_match(written, '\d{1,2}[ -]+[A-Za-z]{3,9}[ -]+(\d{4}|\d\d)')
            then try_strptime(
                four_digit_year(
                    regexp_replace(
                        regexp_replace(written, '[ -]+', ' ', 'g'), '(?i) sept ', ' sep '
                    )
                ),
                ['%d %B %Y', '%d %b %Y']
            )::date
        when regexp_full_match(written, '\d{1,7}(\.\d+)?') and written::double < 2958466
            then date '1899-12-30' + floor(written::double)::integer
    end;

create or replace temporary macro read_date(written) as
    read_day(without_time_of_day(written));

create or replace temporary macro time_of_day(written) as
    regexp_extract(
        trim(written),
        '(?i)(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d+)?))?(?:\s*([ap])m)?\s*(?:z|utc|gmt|([+-])(\d\d)(?::?(\d\d))?)?$',
        ['hour', 'minute', 'second', 'half', 'sign', 'offset_hour', 'offset_minute']
    );

create or replace temporary macro seconds_into_day(clock) as
    coalesce(try_cast(clock.hour as integer), 0) % (case clock.half when '' then 24 else 12 end)
    * 3600
    + (case lower(clock.half) when 'p' then 43200 else 0 end)
    + coalesce(try_cast(clock.minute as integer), 0) * 60
    + coalesce(try_cast(clock.second as double), 0)
    - (case clock.sign when '-' then -1 else 1 end)
    * (
        coalesce(try_cast(clock.offset_hour as integer), 0) * 3600
        + coalesce(try_cast(clock.offset_minute as integer), 0) * 60
    );

-- A date with its time of day; a time with an offset from UTC is brought to UTC.
-- The first two are what most systems write: the general way takes twenty times as long.
create or replace temporary macro read_timestamp(written) as
    case
        when regexp_full_match(written, '\d\d/\d\d/\d{4} \d\d:\d\d')
            then try_strptime(written, '%d/%m/%Y %H:%M')
        when regexp_full_match(written, '\d{4}-\d\d-\d\d \d\d:\d\d:\d\d')
            then try_strptime(written, '%Y-%m-%d %H:%M:%S')
        when regexp_full_match(written, '\d{1,7}\.\d+')
            then read_date(written)::timestamp
                + to_seconds(round((written::double - floor(written::double)) * 86400))
        else read_date(written)::timestamp
            + to_microseconds((seconds_into_day(time_of_day(written)) * 1000000)::bigint)
    end;

-- A date before the first day of the dates we take is absent for every rule but its own.
create or replace temporary macro usable_date(day_read) as
    case when day_read >= getvariable('earliest_date')::date then day_read end;

-- A financial year in its one spelling, 2018-19: 2018/19 and 2018-2019 are read as well.
create or replace temporary macro read_financial_year(written) as
    case
        when
            regexp_full_match(trim(written), '20\d\d\s*[-/–]\s*(20)?\d\d')
            and try_cast(regexp_extract(written, '(\d+)\D*$', 1) as integer)
            in (
                try_cast(left(trim(written), 4) as integer) + 1,
                (try_cast(left(trim(written), 4) as integer) + 1) % 100
            )
            then left(trim(written), 4) || '-' || right(trim(written), 2)
    end;

-- A quarter of a financial year in its one spelling, 2018-19 Q3, with the Q before or after.
create or replace temporary macro read_financial_quarter(written) as
    case
        when regexp_full_match(trim(written), '(?i)(q\s?[1-4]\D.*)|(.*\d\D*q\s?[1-4])')
            then read_financial_year(regexp_replace(trim(written), '(?i)[\s,]*q\s?[1-4][\s,]*', ''))
                || ' Q' || regexp_extract(written, '(?i)q\s?([1-4])', 1)
    end;

-- A plain number, with or without commas between its thousands.
create or replace temporary macro read_number(written) as
    case
        when regexp_full_match(trim(written), '[+-]?\d{1,3}(,\d{3})+(\.\d+)?')
            then replace(trim(written), ',', '')::double
        when regexp_full_match(trim(written), '[+-]?\d+(\.\d+)?([eE][+-]?\d{1,2})?')
            then try_cast(trim(written) as double)
    end;
