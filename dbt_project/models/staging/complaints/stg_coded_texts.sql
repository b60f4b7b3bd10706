-- Each distinct text of a coded column that is known, with the code it stands for.
{{ config(materialized='table') }}

with

fields as (

    {{ rows_of_columns(source('raw', 'records'), [], coded_columns(), 'field', 'written') }}

),

texts as (

    select distinct
        field,
        written
    from fields

),

synonyms as (

    select * from {{ ref('stg_synonyms') }}

),

-- A spelling counts without its spaces too, where that cannot mean anything else: s 23 ca is
-- section 23 of the Children Act, s 23ca its section 23CA.
synonyms_without_spaces as (

    select
        field,
        {{ without_spaces('written') }} as written,
        max_by(value, is_council_row) as value
    from synonyms
    group by field, {{ without_spaces('written') }}
    having count(distinct value) = 1 or bool_or(is_council_row)

),

final as (

    select
        texts.field,
        texts.written,
        coalesce(synonyms.value, synonyms_without_spaces.value) as value
    from texts
    left join synonyms
        on
            texts.field = synonyms.field
            and {{ matched_form('texts.written') }} = synonyms.written
    left join synonyms_without_spaces
        on
            texts.field = synonyms_without_spaces.field
            and {{ without_spaces(matched_form('texts.written')) }}
            = synonyms_without_spaces.written
    where coalesce(synonyms.value, synonyms_without_spaces.value) is not null

)

select * from final
