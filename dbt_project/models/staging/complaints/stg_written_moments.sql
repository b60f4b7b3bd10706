-- Few rows share when they were last updated, so these texts stand apart from the days, which are
-- joined a dozen times; what can be cast, int_current_records reads.
{{ config(materialized='table') }}

with

records as (

    select * from {{ ref('stg_records') }}

),

texts as (

    select
        last_updated as written,
        reading
    from records
    where not {{ is_plain_date('last_updated') }}

),

final as (

    {{ written_dates('texts') }}

)

select * from final
