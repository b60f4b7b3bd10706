{#- Whether a text is a date, perhaps with its time, as computers write it: that can be cast. -#}
{% macro is_plain_date(written) -%}
    {{ is_of_pattern(
        written, '[12]\\d{3}-\\d\\d-\\d\\d([ T]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d)?)?'
    ) }}
{%- endmacro %}

{#- The moment that such a text means; midnight stands for the day, in whatever zone. -#}
{% macro plain_moment(written, reading) -%}
    {%- set moment -%} try_cast({{ written }} as timestamp) {%- endset -%}
    case
        when {{ reading }} < 4 or {{ moment }} = cast({{ moment }} as date) then {{ moment }}
        else {{ london_time(moment) }}
    end
{%- endmacro %}

{#-
    What each distinct text of a relation with the columns `written` and `reading` (see reading()) means as
    a moment and as a day. Day first, unless the reading says otherwise or the year or the name of the
    month leads; a time with an offset from UTC becomes the time in England, one without is local already,
    unless the reading says that it is of UTC. Null where it is no date; `day_in_other_order` is then what
    it would be with day and month in the other order. `day_exchanged` is the day with day and month
    exchanged, where figures alone say which is which.
-#}
{% macro written_dates(relation) -%}
    {%- set clock -%}
        (?:t|,? )(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d+)?))? ?([ap]m)? ?(z|utc|gmt|[+-]\d\d(?::?\d\d)?)?\z
    {%- endset -%}
    {%- set time_of_day -%}
        (t|,? )([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?( ?[ap]m)?( ?(z|utc|gmt|[+-]\d\d(:?\d\d)?))?\z
    {%- endset -%}
    {%- set weekday = '^(mon|tues?|wed(nes)?|thu(rs?)?|fri|sat(ur)?|sun)(day)?,? ' -%}
    with

    texts_once as (

        select distinct
            written,
            reading
        from {{ relation }}

    ),

    -- What a computer wrote, which most texts are, is read much faster.
    sorted_texts as (

        select
            written,
            reading,
            {{ is_plain_date('written') }} as is_plain
        from texts_once
        where written is not null

    ),

    cleaned as (

        select
            written,
            reading,
            lower({{ visible_text('written') }}) as text
        from sorted_texts
        where not is_plain

    ),

    -- A time of day stands at the end, perhaps with its offset from UTC.
    clocked as (

        select
            written,
            reading,
            text,
            {{ matched_parts('text', clock, ['hour', 'minute', 'second', 'half', 'zone']) }}
                as clock,
            {{ matches_replaced(
                matches_replaced(matches_replaced('text', time_of_day, ''), weekday, ''),
                '^(.*\\b\\d{1,2})(st|nd|rd|th)\\b',
                '\\1'
            ) }} as day_text
        from cleaned

    ),

    -- The forms of a day, each with its parts.
    shaped as (

        select
            *,
            {{ matched_parts(
                'day_text',
                '^(\\d{4})[-/.](\\d{1,2})[-/.](\\d{1,2})\\z',
                ['year', 'month', 'day']
            ) }} as year_first,
            {{ matched_parts('day_text', '^(\\d{4})(\\d\\d)(\\d\\d)\\z', ['year', 'month', 'day']) }}
                as digits,
            {{ matched_parts(
                'day_text',
                '^(\\d{1,2})[-/.](\\d{1,2})[-/.](\\d{4}|\\d\\d)\\z',
                ['first', 'second', 'third']
            ) }} as figures,
            {{ matched_parts(
                'day_text',
                '^(\\d{1,2})[-/. ]+([a-z]{3,9})[-/., ]+(\\d{4}|\\d\\d)\\z',
                ['day', 'month', 'year']
            ) }} as named_month,
            {{ matched_parts(
                'day_text', '^([a-z]{3,9})[. ]+(\\d{1,2})[, ]+(\\d{4})\\z', ['month', 'day', 'year']
            ) }} as month_leads,
            {{ matched_part('day_text', '^\\d{1,7}(\\.\\d+)?\\z', 0) }} as serial
        from clocked

    ),

    ordered as (

        select
            *,
            {{ date_of_parts('figures.third', 'figures.second', 'figures.first') }} as day_first,
            {{ date_of_parts('figures.third', 'figures.first', 'figures.second') }} as month_first,
            case
                when length(figures.third) = 2
                    then {{ date_of_parts('figures.first', 'figures.second', 'figures.third') }}
            end as year_first_short
        from shaped

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
                when figures.third <> ''
                    then
                        case reading % 4
                            when 0 then day_first
                            when 1 then month_first
                            when 2 then year_first_short
                        end
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
        from ordered

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
                coalesce(try_cast({{ matched_part('clock.zone', '^[+-](\\d\\d)', 1) }} as integer), 0) * 60
                + coalesce(
                    try_cast({{ matched_part('clock.zone', '^[+-]\\d\\d:?(\\d\\d)\\z', 1) }} as integer), 0
                )
            ) as seconds_ahead_of_utc
        from dated

    ),

    placed as (

        select
            *,
            case
                when clock.zone = '' and (reading < 4 or seconds_into_day = 0)
                    then {{ seconds_after('cast(day_written as timestamp)', 'seconds_into_day') }}
                else
                    {{ london_time(seconds_after(
                        'cast(day_written as timestamp)', 'seconds_into_day - seconds_ahead_of_utc'
                    )) }}
            end as moment
        from timed

    ),

    moments as (

        select
            written,
            reading,
            {{ plain_moment('written', 'reading') }} as moment,
            cast(null as date) as day_in_other_order,
            try_cast(left(written, 10) as date) as day_in_figures,
            false as is_of_either_order
        from sorted_texts
        where is_plain

        union all

        select
            written,
            reading,
            moment,
            case
                when figures.third <> '' and day_written is null
                    then if(reading % 4 = 0, month_first, coalesce(day_first, month_first))
            end as day_in_other_order,
            case
                when figures.third <> '' or year_first.year <> '' or digits.year <> '' then day_written
            end as day_in_figures,
            figures.third <> '' as is_of_either_order
        from placed

    ),

    final as (

        select
            written,
            reading,
            moment,
            cast(moment as date) as day,
            day_in_other_order,
            case
                when day(day_in_figures) <= 12 and day(day_in_figures) <> month(day_in_figures)
                    then make_date(year(day_in_figures), day(day_in_figures), month(day_in_figures))
            end as day_exchanged,
            is_of_either_order
        from moments

    )

    select * from final
{%- endmacro %}
