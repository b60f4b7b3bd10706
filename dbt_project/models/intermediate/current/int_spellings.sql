-- For the owner of the working store alone: how coded columns are written, where not as the layout
-- has it.
{{ config(materialized='view') }}

with

current_records as (

    select * from {{ ref('int_current_records') }}
    where not is_superseded and not is_duplicate

),

records as (

    select * from {{ ref('stg_records') }}

),

coded_texts as (

    select * from {{ ref('stg_coded_texts') }}

),

synonyms as (

    select * from {{ ref('stg_synonyms') }}

),

stopped as (

    select * from {{ ref('stg_stopped_spellings') }}

),

current_texts as (

    select records.*
    from current_records
    inner join records on current_records.record_id = records.record_id

),

fields as (

    {{ rows_of_columns('current_texts', ['source'], coded_columns(), 'field', 'written') }}

),

counted as (

    select
        source,
        field,
        written,
        count(*) as rows_written
    from fields
    where written is not null
    group by source, field, written

    union all

    select
        source,
        field,
        written,
        rows_written
    from stopped

),

texts as (

    select
        counted.source,
        counted.field,
        counted.written,
        max(counted.rows_written) as rows_written,
        max(coded_texts.value) as value
    from counted
    left join coded_texts
        on counted.field = coded_texts.field and counted.written = coded_texts.written
    group by counted.source, counted.field, counted.written

),

unknown as (

    select distinct
        field,
        written,
        {{ matched_form('written') }} as form
    from texts
    where value is null

),

-- The longest known spelling that the text begins with or holds, else the one that is most alike.
-- One that only differs by a no or a not says the contrary.
resembling as (

    select
        unknown.field,
        unknown.written,
        synonyms.value,
        row_number() over (
            partition by unknown.field, unknown.written
            order by
                instr(unknown.form, synonyms.written || ' ') = 1 desc,
                contains(unknown.form, synonyms.written) desc,
                case when contains(unknown.form, synonyms.written) then length(synonyms.written) end
                desc,
                {{ likeness('unknown.form', 'synonyms.written') }} desc,
                synonyms.written
        ) as preference
    from unknown
    inner join synonyms on unknown.field = synonyms.field
    where
        instr(unknown.form, synonyms.written || ' ') = 1
        or (
            {{ has_negation('unknown.form') }} = {{ has_negation('synonyms.written') }}
            and (
                contains(' ' || unknown.form || ' ', ' ' || synonyms.written || ' ')
                or {{ likeness('unknown.form', 'synonyms.written') }} >= 0.75
            )
        )

),

nearest as (

    select * from resembling
    where preference = 1

),

final as (

    select
        texts.source,
        texts.field,
        texts.written,
        texts.rows_written,
        texts.value,
        nearest.value as nearest_value
    from texts
    left join nearest on texts.field = nearest.field and texts.written = nearest.written
    where
        texts.value is null
        or {{ matched_form('texts.written') }} <> {{ matched_form('texts.value') }}

)

select * from final
