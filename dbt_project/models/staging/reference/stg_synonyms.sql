{{ config(materialized='table', tags=['reference']) }}

with

legal_bases as (

    select *
    from {{ ref('stg_legal_bases') }}

),

-- A council may write a spelling as its export does.
spellings as (

    {{ council_rows_over(
        'synonyms', ['field', 'written', 'value'], ['field', matched_form('written')]
    ) }}

),

outcomes as (

    select * from {{ ref('stg_outcomes') }}

),

contact_types as (

    select * from {{ ref('stg_contact_types') }}

),

-- A code that the council adds is its own spelling; so is the printed name of a type of contact.
codes as (

    select
        'legal_basis' as field,
        {{ matched_form('legal_basis') }} as written,
        legal_basis as value,
        is_council_row
    from legal_bases

    union all

    select
        'outcome' as field,
        {{ matched_form('outcome') }} as written,
        outcome as value,
        is_council_row
    from outcomes

    union all

    select
        'contact_type' as field,
        {{ matched_form('contact_type') }} as written,
        contact_type as value,
        is_council_row
    from contact_types

    union all

    select
        'contact_type' as field,
        {{ matched_form('printed_name') }} as written,
        contact_type as value,
        is_council_row
    from contact_types

),

spellings_and_codes as (

    select
        field,
        {{ matched_form('written') }} as written,
        value,
        is_council_row,
        true as is_spelling
    from spellings

    union all

    select
        field,
        written,
        value,
        is_council_row,
        false as is_spelling
    from codes

),

preferred as (

    select
        *,
        row_number() over (
            partition by field, written
            order by is_council_row desc, is_spelling desc
        ) as preference
    from spellings_and_codes

),

final as (

    select
        field,
        written,
        value,
        is_council_row
    from preferred
    where preference = 1

)

select *
from final
