{{ config(materialized='table') }}

with

records as (

    select * from {{ ref('stg_records') }}

),

coded_texts as (

    select * from {{ ref('stg_coded_texts') }}
    where field = 'stage'

),

-- Hardly two rows were last updated at one moment, so only what takes longer to read is read apart.
texts as (

    select last_updated as written from records
    where not {{ is_plain_date('last_updated') }}

),

last_updates_written as (

    {{ written_dates('texts') }}

),

places as (

    select * from {{ ref('int_record_places') }}

),

run as (

    select * from {{ ref('stg_run') }}

),

keyed as (

    select
        records.record_id,
        records.source,
        records.case_reference,
        coded_texts.value as stage,
        case
            when {{ is_plain_date('records.last_updated') }}
                then try_cast(records.last_updated as timestamp)
            else last_updates_written.moment
        end as last_updated_moment,
        {{ usable_date('last_updated_moment', 'run.earliest_date') }} as last_updated,
        places.file_name,
        places.row_number,
        places.left_with_delivery,
        -- A record that is still delivered comes after all that have left.
        coalesce(places.left_with_delivery, 9223372036854775807) as last_delivery
    from records
    inner join places on records.record_id = places.record_id
    cross join run
    left join coded_texts on records.stage = coded_texts.written
    left join last_updates_written on records.last_updated = last_updates_written.written

),

-- Across deliveries the newest decides, whatever last_updated says.
contested as (

    select
        source,
        case_reference,
        stage,
        max(last_delivery) as last_delivery
    from keyed
    where case_reference is not null and stage is not null
    group by source, case_reference, stage
    having count(*) > 1

),

-- Within one delivery the row with the latest last_updated does.
last_updates as (

    select
        keyed.source,
        keyed.case_reference,
        keyed.stage,
        max(keyed.last_updated) as last_updated
    from keyed
    inner join contested
        on
            keyed.source = contested.source
            and keyed.case_reference = contested.case_reference
            and keyed.stage = contested.stage
            and keyed.last_delivery = contested.last_delivery
    group by keyed.source, keyed.case_reference, keyed.stage
    having count(*) > 1

),

final as (

    select
        keyed.record_id,
        keyed.source,
        keyed.case_reference,
        keyed.stage,
        keyed.last_updated,
        keyed.file_name,
        keyed.row_number,
        coalesce(keyed.last_updated < last_updates.last_updated, false) as is_superseded
    from keyed
    left join contested
        on
            keyed.source = contested.source
            and keyed.case_reference = contested.case_reference
            and keyed.stage = contested.stage
    left join last_updates
        on
            keyed.source = last_updates.source
            and keyed.case_reference = last_updates.case_reference
            and keyed.stage = last_updates.stage
    where
        -- A row without a usable key leaves with the next delivery that does not contain it.
        case
            when keyed.case_reference is null or keyed.stage is null
                then keyed.left_with_delivery is null
            else coalesce(keyed.last_delivery = contested.last_delivery, true)
        end

)

select * from final
