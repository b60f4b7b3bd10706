-- What the door asks of the columns, rows, files and cases of a delivery.
{{ config(materialized='table') }}

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

-- Whether a column is filled, not with what: a join carries the texts of a million rows for long.
filled_records as (

    select
        record_id,
    {% for column in layout_columns() %}
        {{ column }} is not null as has_{{ column }}{{ ',' if not loop.last }}
    {% endfor %}
    from {{ ref('stg_records') }}

),

-- By itself, for what is used more than once is written out whole (DuckDB 1.5.5, 27 November 2026).
case_references as (

    select
        record_id,
        case_reference
    from {{ ref('stg_records') }}
    where case_reference is not null

),

-- Which columns are there, and how far they are filled.
filled as (

    select
        side_rows.delivery_number,
        side_rows.is_now,
        count(*) as rows_counted,
    {% for column in layout_columns() %}
        {{ count_where('filled_records.has_' ~ column) }} as {{ column }}{{ ',' if not loop.last }}
    {% endfor %}
    from side_rows
    inner join filled_records on side_rows.record_id = filled_records.record_id
    group by side_rows.delivery_number, side_rows.is_now

),

filled_columns as (

    select
        delivery_number,
        is_now,
        column_name,
        rows_filled,
        rows_filled / rows_counted as share_filled
    from (
        {{ rows_of_columns(
            'filled',
            ['delivery_number', 'is_now', 'rows_counted'],
            layout_columns(),
            'column_name',
            'rows_filled'
        ) }}
    ) as filled_in_rows

),

-- A delivery of an earlier version does not say which columns it had: those that were filled.
columns_read as (

    select
        delivery_number,
        is_now,
        series,
        {{ row_for_each('columns_read') }} as column_name
    from side_files

    union all

    select
        side_files.delivery_number,
        side_files.is_now,
        side_files.series,
        filled_columns.column_name
    from side_files
    inner join filled_columns
        on
            side_files.delivery_number = filled_columns.delivery_number
            and side_files.is_now = filled_columns.is_now
    where side_files.columns_read is null and filled_columns.rows_filled > 0

),

headers as (

    select
        delivery_number,
        is_now,
        series,
        headers_not_read,
        {{ row_and_place_for_each('headers', 'header', 'place') }}
    from side_files

),

-- The headers that only one of the two deliveries has.
changed_headers as (

    select
        headers.delivery_number,
        headers.is_now,
        headers.series,
        headers.header,
        headers.place,
        not array_contains(headers.headers_not_read, headers.header) as is_read
    from headers
    where
        not exists (
            select 1 from headers as known
            where
                known.delivery_number = headers.delivery_number
                and known.is_now <> headers.is_now
                and {{ matched_form('known.header') }} = {{ matched_form('headers.header') }}
        )

),

new_headers as (

    select *
    from changed_headers
    where is_now and not is_read

),

-- Gone from all files, or from a file of the same name.
gone_columns as (

    select distinct
        had.delivery_number,
        had.column_name
    from columns_read as had
    where
        not had.is_now
        and (
            exists (
                select 1 from side_files
                where
                    side_files.delivery_number = had.delivery_number
                    and side_files.is_now
                    and side_files.series = had.series
            )
            and not exists (
                select 1 from columns_read as has
                where
                    has.delivery_number = had.delivery_number
                    and has.is_now
                    and has.series = had.series
                    and has.column_name = had.column_name
            )
            or not exists (
                select 1 from columns_read as has
                where
                    has.delivery_number = had.delivery_number
                    and has.is_now
                    and has.column_name = had.column_name
            )
        )

),

-- A renamed column most often keeps its place; else the name that is nearest.
nearest_headers as (

    select
        gone_columns.delivery_number,
        gone_columns.column_name,
        max_by(
            new_headers.header,
            coalesce(cast(new_headers.place = old_headers.place as integer), 0)
            + {{ likeness(
                matched_form('new_headers.header'), "replace(gone_columns.column_name, '_', ' ')"
            ) }}
        ) as header
    from gone_columns
    inner join new_headers on gone_columns.delivery_number = new_headers.delivery_number
    left join headers as old_headers
        on
            gone_columns.delivery_number = old_headers.delivery_number
            and not old_headers.is_now
            and new_headers.series = old_headers.series
            and replace(gone_columns.column_name, '_', ' ')
            = {{ matched_form('old_headers.header') }}
    group by gone_columns.delivery_number, gone_columns.column_name

),

-- A header that was read has another name now, though its column may be without it: an optional
-- one, or that of one stage among several.
renamed_headers as (

    select
        changed_headers.delivery_number,
        changed_headers.header as old_header,
        new_headers.header as new_header
    from changed_headers
    inner join new_headers
        on
            changed_headers.delivery_number = new_headers.delivery_number
            and changed_headers.series = new_headers.series
            and changed_headers.place = new_headers.place
    where not changed_headers.is_now and changed_headers.is_read

),

side_cases as (

    select distinct
        side_rows.delivery_number,
        side_rows.is_now,
        side_rows.file_name,
        case_references.case_reference
    from side_rows
    inner join case_references on side_rows.record_id = case_references.record_id

),

cases_now as (

    select distinct
        delivery_number,
        case_reference
    from side_cases
    where is_now

),

-- Which cases of the last delivery are still there.
cases_before as (

    select distinct
        side_cases.delivery_number,
        side_cases.file_name,
        coalesce(side_files.series, side_cases.file_name) as series,
        side_cases.case_reference,
        cases_now.case_reference is not null as is_still_there
    from side_cases
    left join side_files
        on
            side_cases.delivery_number = side_files.delivery_number
            and side_cases.file_name = side_files.file_name
            and not side_files.is_now
    left join cases_now
        on
            side_cases.delivery_number = cases_now.delivery_number
            and side_cases.case_reference = cases_now.case_reference
    where not side_cases.is_now

),

missing as (

    select
        judged.delivery_number,
        gone_columns.column_name as subject,
        '`' || gone_columns.column_name || '` is gone'
        || coalesce(', `' || nearest_headers.header || '` is new', '') as evidence
    from judged
    inner join gone_columns on judged.delivery_number = gone_columns.delivery_number
    left join nearest_headers
        on
            gone_columns.delivery_number = nearest_headers.delivery_number
            and gone_columns.column_name = nearest_headers.column_name
    where
        -- of few rows too where another header has come: it was renamed
        (judged.is_large or nearest_headers.header is not null)
        and not coalesce(
            array_contains(judged.optional_columns, gone_columns.column_name), false
        )

    union all

    select
        judged.delivery_number,
        renamed_headers.old_header as subject,
        '`' || renamed_headers.old_header || '` is gone, `' || renamed_headers.new_header
        || '` is new in its place' as evidence
    from judged
    inner join renamed_headers on judged.delivery_number = renamed_headers.delivery_number
    -- a column that is gone is reported once
    where
        not exists (
            select 1 from gone_columns
            where
                gone_columns.delivery_number = judged.delivery_number
                and not coalesce(
                    array_contains(judged.optional_columns, gone_columns.column_name), false
                )
        )

    union all

    select
        delivery_number,
        name as subject,
        'no header answers to the sources file' || chr(39) || 's `' || name || '`' as evidence
    from (
        select
            delivery_number,
            {{ row_for_each('names_not_found') }} as name
        from judged
        where is_large
    ) as not_found

),

column_missing as (

    select
        delivery_number,
        'delivery_column_missing' as asked,
        subject,
        1 as figure,
        0 as figure_limit,
        1 as extent,
        evidence
    from missing

),

column_emptied as (

    select
        judged.delivery_number,
        'delivery_column_emptied' as asked,
        now.column_name as subject,
        now.share_filled as figure,
        before.share_filled * judged.door['emptied_share'] as figure_limit,
        1 - now.share_filled as extent,
        '`' || now.column_name || '` was filled in ' || {{ percent('before.share_filled') }}
        || ' of the rows, and is in ' || {{ percent('now.share_filled') }} as evidence
    from judged
    inner join filled_columns as now on judged.delivery_number = now.delivery_number and now.is_now
    inner join filled_columns as before
        on
            judged.delivery_number = before.delivery_number
            and now.column_name = before.column_name
            and not before.is_now
    where
        judged.is_large
        and before.share_filled >= judged.door['filled_share']
        -- a column that is gone is reported once
        and not exists (
            select 1 from gone_columns
            where
                gone_columns.delivery_number = judged.delivery_number
                and gone_columns.column_name = now.column_name
        )

),

rows_fell as (

    select
        delivery_number,
        'delivery_rows_fell' as asked,
        '' as subject,
        rows_now as figure,
        rows_before * door['rows_share'] as figure_limit,
        1 - rows_now / rows_before as extent,
        rows_now || ' rows, where the last delivery had ' || rows_before as evidence
    from judged
    where is_large and last_delivery is not null

    union all

    -- a file that did not come, and whose cases no other file holds
    select
        judged.delivery_number,
        'delivery_rows_fell' as asked,
        cases_before.file_name as subject,
        {{ count_where('cases_before.is_still_there') }} as figure,
        count(*) * max(judged.door['rows_share']) as figure_limit,
        1 - {{ count_where('cases_before.is_still_there') }} / count(*) as extent,
        'nothing came under the name of ' || cases_before.file_name || ', which had '
        || count(*) || ' cases, and '
        || {{ count_where('not cases_before.is_still_there') }}
        || ' of them are in no other file' as evidence
    from judged
    inner join cases_before on judged.delivery_number = cases_before.delivery_number
    where
        judged.is_large
        and not exists (
            select 1 from side_files
            where
                side_files.delivery_number = judged.delivery_number
                and side_files.is_now
                and side_files.series = cases_before.series
        )
    group by judged.delivery_number, cases_before.file_name

),

-- Cut off by chance at the end of a row, a file looks whole but for this.
line_end_missing as (

    select
        now.delivery_number,
        'delivery_line_end_missing' as asked,
        now.file_name as subject,
        1 as figure,
        0 as figure_limit,
        1 as extent,
        now.file_name || ' does not end its last line, as it did before' as evidence
    from side_files as now
    inner join side_files as before
        on
            now.delivery_number = before.delivery_number
            and now.series = before.series
            and not before.is_now
    where now.is_now and not now.has_last_line_end and before.has_last_line_end

),

cases_unknown as (

    select
        judged.delivery_number,
        'delivery_cases_unknown' as asked,
        '' as subject,
        count(distinct case when cases_before.is_still_there then cases_before.case_reference end)
            as figure,
        count(distinct cases_before.case_reference) * max(judged.door['known_share'])
            as figure_limit,
        1 - figure / count(distinct cases_before.case_reference) as extent,
        figure || ' of the ' || count(distinct cases_before.case_reference)
        || ' cases of the last delivery are in this one' as evidence
    from judged
    inner join cases_before on judged.delivery_number = cases_before.delivery_number
    group by judged.delivery_number
    having count(distinct cases_before.case_reference) >= max(judged.door['rows_from'])

),

final as (

    select * from column_missing

    union all
    select * from column_emptied

    union all
    select * from rows_fell

    union all
    select * from line_end_missing

    union all
    select * from cases_unknown

)

select * from final
