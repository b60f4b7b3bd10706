-- What the door asks of the values of a delivery: how many rows they hold back, how its dates are
-- written, which of its files contradict each other.
{{ config(materialized='view') }}

with

judged as (

    select * from {{ ref('int_delivery_sides') }}
    where is_now

),

side_rows as (

    select * from {{ ref('int_delivery_side_rows') }}

),

side_files as (

    select * from {{ ref('int_delivery_side_files') }}

),

records as (

    select * from {{ ref('stg_records') }}

),

written_dates as (

    select * from {{ ref('stg_written_dates') }}

),

written_moments as (

    select * from {{ ref('stg_written_moments') }}

),

findings as (

    select * from {{ ref('int_findings') }}
    where is_holding

),

record_states as (

    select
        record_id,
        max_by(state, state_number) as state
    from {{ ref('stg_record_states') }}
    group by record_id

),

complaint_rows as (

    select * from {{ ref('int_complaint_rows') }}

),

-- How many rows are held, and why most of those that were not before.
held_rows as (

    select
        side_rows.delivery_number,
        side_rows.is_now,
        count(*) as rows_held
    from side_rows
    left join record_states
        on side_rows.record_id = record_states.record_id and record_states.state = 'held'
    where
        case
            when side_rows.is_now
                then side_rows.record_id in (select findings.record_id from findings)
            else record_states.record_id is not null
        end
    group by side_rows.delivery_number, side_rows.is_now

),

held as (

    select
        delivery_number,
        cast(coalesce(sum(case when is_now then rows_held end), 0) as bigint) as rows_now,
        cast(coalesce(sum(case when not is_now then rows_held end), 0) as bigint) as rows_before
    from held_rows
    group by delivery_number

),

causes as (

    select
        side_rows.delivery_number,
        findings.rule_code,
        count(distinct side_rows.record_id) as rows_failing
    from side_rows
    inner join findings on side_rows.record_id = findings.record_id
    where side_rows.is_now
    group by side_rows.delivery_number, findings.rule_code

),

ranked_causes as (

    select
        *,
        row_number() over (
            partition by delivery_number
            order by rows_failing desc, rule_code asc
        ) as place
    from causes

),

commonest_causes as (

    select * from ranked_causes
    where place = 1

),

side_records as (

    select
        side_rows.delivery_number,
        side_rows.is_now,
        {% for column in date_columns() %}
            records.{{ column }},
        {% endfor %}
        records.reading
    from side_rows
    inner join records on side_rows.record_id = records.record_id

),

side_texts as (

    {{ distinct_values(
        'side_records',
        ['delivery_number', 'reading'],
        date_columns(),
        'column_name',
        'written',
        [count_where('is_now') ~ ' as rows_now', count_where('not is_now') ~ ' as rows_before']
    ) }}

),

written_texts as (

    select
        *,
        false as is_moment
    from written_dates
    union all
    select
        *,
        true as is_moment
    from written_moments

),

-- Of each column, the dates that the declared order cannot read and another can; the dates in
-- figures, and how many can only be of the declared order.
read_columns as (

    select
        texts.delivery_number,
        texts.column_name,
        max(
            case
                when texts.rows_now > 0 and written_texts.is_of_either_order then texts.reading
            end
        ) as reading,
        sum(case when written_texts.day_in_other_order is not null then texts.rows_now else 0 end)
            as rows_now,
        sum(
            case when written_texts.day_in_other_order is not null then texts.rows_before else 0 end
        ) as rows_before,
        sum(case when written_texts.is_of_either_order then texts.rows_now else 0 end)
            as rows_of_either,
        sum(
            case
                when written_texts.is_of_either_order and day(written_texts.day) > 12
                    then texts.rows_now
                else 0
            end
        ) as rows_of_declared
    from side_texts as texts
    inner join written_texts
        on
            texts.written = written_texts.written
            and texts.reading = written_texts.reading
            and (texts.column_name = 'last_updated') = written_texts.is_moment
    group by texts.delivery_number, texts.column_name

),

out_of_order as (

    select
        *,
        case reading % 4
            when 1 then 'month-first'
            when 2 then 'year-first'
            when 3 then 'by the pattern'
            else 'day-first'
        end as declared,
        if(reading % 4 = 0, 'month-first', 'day-first') as other
    from read_columns
    where rows_of_either > 0 and (rows_now > 0 or rows_before > 0)

),

side_complaints as (

    select
        side_rows.delivery_number,
        {% for column in day_columns() %}
            complaint_rows.{{ column }},
        {% endfor %}
        complaint_rows.as_of_day
    from complaint_rows
    inner join side_rows on complaint_rows.record_id = side_rows.record_id and side_rows.is_now

),

side_dates as (

    {{ distinct_values(
        'side_complaints',
        ['delivery_number', 'as_of_day'],
        day_columns(),
        'column_name',
        'day_read',
        ['count(*) as dates']
    ) }}

),

typed_dates as (

    select
        delivery_number,
        column_name,
        date_trunc('month', day_read) as first_of_month,
        sum(dates) as dates,
        sum(case when day(day_read) > 12 then dates else 0 end) as later_dates,
        max(date_trunc('month', as_of_day)) as this_month
    from side_dates
    where day_read is not null
    group by delivery_number, column_name, date_trunc('month', day_read)

),

months as (

    select
        *,
        dates >= 5 and later_dates = 0 and first_of_month <> this_month as is_odd
    from typed_dates

),

-- Files of which half the stages of one stand in the other with other content.
contradicting as (

    select
        side_rows.delivery_number,
        complaint_rows.file_name,
        complaint_rows.case_reference,
        complaint_rows.stage
    from complaint_rows
    inner join findings on complaint_rows.record_id = findings.record_id
    inner join side_rows on complaint_rows.record_id = side_rows.record_id and side_rows.is_now
    where findings.rule_code = 'stage_row_conflict'

),

contradicting_files as (

    select
        one.delivery_number,
        one.file_name,
        other.file_name as other_file_name,
        count(distinct one.case_reference || '|' || one.stage) as rows_contradicting,
        max(files_of_one.rows_read) as rows_of_file,
        max(files_of_other.rows_read) as rows_of_other
    from contradicting as one
    inner join contradicting as other
        on
            one.delivery_number = other.delivery_number
            and one.case_reference = other.case_reference
            and one.stage = other.stage
            and one.file_name < other.file_name
    inner join side_files as files_of_one
        on
            one.delivery_number = files_of_one.delivery_number
            and one.file_name = files_of_one.file_name
            and files_of_one.is_now
    inner join side_files as files_of_other
        on
            other.delivery_number = files_of_other.delivery_number
            and other.file_name = files_of_other.file_name
            and files_of_other.is_now
    group by one.delivery_number, one.file_name, other.file_name

),

rows_held as (

    select
        judged.delivery_number,
        'delivery_rows_held' as asked,
        '' as subject,
        held.rows_now - held.rows_before as figure,
        judged.rows_now * if(
            judged.last_delivery is null,
            judged.door['first_held_share'],
            judged.door['held_share']
        ) as figure_limit,
        (held.rows_now - held.rows_before) / judged.rows_now as extent,
        held.rows_now || ' of ' || judged.rows_now || ' rows would be held back'
        || if(held.rows_before > 0, ', where ' || held.rows_before || ' were', '')
        || ' (' || commonest_causes.rows_failing || ' rows: ' || commonest_causes.rule_code || ')'
            as evidence
    from judged
    inner join held on judged.delivery_number = held.delivery_number
    inner join commonest_causes on judged.delivery_number = commonest_causes.delivery_number
    where judged.is_large and judged.dataset = 'complaints'

),

-- In a small delivery, two dates or more of which none can only be of the declared order.
dates_out_of_order as (

    select
        judged.delivery_number,
        'delivery_dates_out_of_order' as asked,
        out_of_order.column_name as subject,
        out_of_order.rows_now as figure,
        out_of_order.rows_before as figure_limit,
        out_of_order.rows_now as extent,
        '`' || out_of_order.column_name || '` has ' || out_of_order.rows_now
        || if(out_of_order.rows_now = 1, ' date that is', ' dates that are') || ' impossible '
        || out_of_order.declared || ', and possible ' || out_of_order.other
        || ' (' || out_of_order.rows_of_declared || ' can only be ' || out_of_order.declared
        || '): if the export writes its dates so, set `dates: ' || out_of_order.other
        || '` for the source ' || judged.source as evidence
    from judged
    inner join out_of_order on judged.delivery_number = out_of_order.delivery_number
    where
        judged.is_large
        or out_of_order.rows_of_declared = 0 and out_of_order.rows_of_either >= 2

),

-- A spreadsheet that takes the month for the day turns over the days up to 12 and no other: they
-- come to stand in months in which no later day falls.
dates_half_exchanged as (

    select
        judged.delivery_number,
        'delivery_dates_half_exchanged' as asked,
        months.column_name as subject,
        sum(case when months.is_odd then months.dates end) as figure,
        0 as figure_limit,
        sum(case when months.is_odd then months.dates end) / sum(months.dates) as extent,
        '`' || months.column_name || '` has ' || sum(case when months.is_odd then months.dates end)
        || ' of its ' || sum(months.dates) || ' dates in ' || {{ count_where('months.is_odd') }}
        || ' months in which no day after the 12th falls: a spreadsheet may have exchanged day and '
        || 'month where it could' as evidence
    from judged
    inner join months on judged.delivery_number = months.delivery_number
    where judged.is_large
    group by judged.delivery_number, months.column_name
    having
        {{ count_where('months.is_odd') }} >= 2
        and {{ count_where('months.later_dates > 0') }} >= 2
        and sum(case when months.is_odd then months.dates end) >= 0.1 * sum(months.dates)

),

files_alike as (

    select
        delivery_number,
        'delivery_files_alike' as asked,
        file_name || ' and ' || other_file_name as subject,
        rows_contradicting as figure,
        least(rows_of_file, rows_of_other) / 2 as figure_limit,
        rows_contradicting / least(rows_of_file, rows_of_other) as extent,
        file_name || ' and ' || other_file_name || ' look like two deliveries of one export: '
        || rows_contradicting || ' stages stand in both with different content. Give their names a '
        || 'date, or take the older one away' as evidence
    from contradicting_files

),

final as (

    select * from rows_held

    union all
    select * from dates_out_of_order

    union all
    select * from dates_half_exchanged

    union all
    select * from files_alike

)

select * from final
