{#- Whether a text is a date, perhaps with its time, as computers write it: that can be cast. -#}
{% macro is_plain_date(written) -%}
    regexp_full_match(
        {{ written }}, '[12]\d{3}-\d\d-\d\d([ T]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?)?'
    )
{%- endmacro %}

{#-
    What each distinct text of a relation with a column `written` means as a moment and as a day.
    Day first, unless the year or the name of the month leads; a time with an offset
    from UTC becomes the time in England, a time without one is local already. Null where it is no date.
-#}
{% macro written_dates(relation) -%}
    with

    texts_once as (

        select distinct written from {{ relation }}

    ),

    -- What a computer wrote, which most texts are, is read much faster.
    sorted_texts as (

        select
            written,
            {{ is_plain_date('written') }} as is_plain
        from texts_once
        where written is not null

    ),

    cleaned as (

        select
            written,
            lower({{ visible_text('written') }}) as text
        from sorted_texts
        where not is_plain

    ),

    -- A time of day stands at the end, perhaps with its offset from UTC.
    clocked as (

        select
            written,
            text,
            regexp_extract(
                text,
                '(?:t|,? )(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d+)?))? ?([ap]m)? ?(z|utc|gmt|[+-]\d\d(?::?\d\d)?)?$',
                ['hour', 'minute', 'second', 'half', 'zone']
            ) as clock,
            regexp_replace(
                regexp_replace(
                    regexp_replace(
                        text,
                        '(t|,? )([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?( ?[ap]m)?( ?(z|utc|gmt|[+-]\d\d(:?\d\d)?))?$',
                        ''
                    ),
                    '^(mon|tues?|wed(nes)?|thu(rs?)?|fri|sat(ur)?|sun)(day)?,? ', ''
                ),
                '^(.*\b\d{1,2})(st|nd|rd|th)\b', '\1'
            ) as day_text
        from cleaned

    ),

    -- The forms of a day, each with its parts. Day first, unless the year or the name of the month leads.
    shaped as (

        select
            *,
            regexp_extract(day_text, '^(\d{4})([-/.])(\d{1,2})[-/.](\d{1,2})$', ['year', 'mark', 'month', 'day'])
                as year_first,
            regexp_extract(day_text, '^(\d{4})(\d\d)(\d\d)$', ['year', 'month', 'day']) as digits,
            regexp_extract(day_text, '^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d\d)$', ['day', 'month', 'year'])
                as day_first,
            regexp_extract(
                day_text, '^(\d{1,2})[-/. ]+([a-z]{3,9})[-/., ]+(\d{4}|\d\d)$', ['day', 'month', 'year']
            ) as named_month,
            regexp_extract(
                day_text, '^([a-z]{3,9})[. ]+(\d{1,2})[, ]+(\d{4})$', ['month', 'day', 'year']
            ) as month_leads,
            regexp_extract(day_text, '^\d{1,7}(\.\d+)?$') as serial
        from clocked

    ),

    -- A plain number is an Excel serial date, whose day 0 is 30 December 1899 (Excel counts a 29 February
    -- 1900 that never was).
    dated as (

        select
            *,
            case
                when year_first.year <> ''
                    then {{ date_of_parts('year_first.year', 'year_first.month', 'year_first.day') }}
                when digits.year <> ''
                    then {{ date_of_parts('digits.year', 'digits.month', 'digits.day') }}
                when day_first.year <> ''
                    then {{ date_of_parts('day_first.year', 'day_first.month', 'day_first.day') }}
                when named_month.year <> ''
                    then {{ date_of_parts(
                        'named_month.year', month_number('named_month.month'), 'named_month.day'
                    ) }}
                when month_leads.year <> ''
                    then {{ date_of_parts(
                        'month_leads.year', month_number('month_leads.month'), 'month_leads.day'
                    ) }}
                when cast(nullif(serial, '') as double) < 2958466
                    then date '1899-12-30' + cast(floor(cast(serial as double)) as integer)
            end as day_written
        from shaped

    ),

    timed as (

        select
            *,
            coalesce(try_cast(clock.hour as integer), 0) % case clock.half when '' then 24 else 12 end * 3600
            + case clock.half when 'pm' then 43200 else 0 end
            + coalesce(try_cast(clock.minute as integer), 0) * 60
            + coalesce(try_cast(clock.second as double), 0)
            + round(coalesce(cast(nullif(serial, '') as double) % 1, 0) * 86400) as seconds_into_day,
            case when clock.zone like '-%' then -60 else 60 end
            * (
                coalesce(try_cast(regexp_extract(clock.zone, '^[+-](\d\d)', 1) as integer), 0) * 60
                + coalesce(try_cast(regexp_extract(clock.zone, '^[+-]\d\d:?(\d\d)$', 1) as integer), 0)
            ) as seconds_ahead_of_utc
        from dated

    ),

    -- A time without an offset is local already.
    moments as (

        select
            written,
            try_cast(written as timestamp) as moment
        from sorted_texts
        where is_plain

        union all

        select
            written,
            case
                when clock.zone = ''
                    then cast(day_written as timestamp) + to_microseconds(cast(seconds_into_day * 1000000 as bigint))
                else
                    {{ london_time(
                        'cast(day_written as timestamp) + to_microseconds(cast('
                        ~ '(seconds_into_day - seconds_ahead_of_utc) * 1000000 as bigint))'
                    ) }}
            end as moment
        from timed

    )

    select
        written,
        moment,
        cast(moment as date) as day
    from moments
{%- endmacro %}
