{{ config(materialized='table') }}

with

-- Few records have rivals: all their columns are read by themselves, for what is used more than
-- once is written out whole (DuckDB 1.5.5, 27 November 2026).
records as (

    select * from {{ ref('stg_records') }}

),

whole_records as (

    select * from {{ ref('stg_records') }}

),

all_coded_texts as (

    select * from {{ ref('stg_coded_texts') }}

),

coded_texts as (

    select * from all_coded_texts
    where field = 'stage'

),

written_dates as (

    select * from {{ ref('stg_written_dates') }}

),

written_moments as (

    select * from {{ ref('stg_written_moments') }}

),

places as (

    select * from {{ ref('int_record_places') }}

),

run as (

    select * from {{ ref('stg_run') }}

),

deliveries as (

    select * from {{ ref('stg_deliveries') }}

),

keyed as (

    select
        records.record_id,
        records.source,
        records.reading,
        -- As its source said at the time that a reference must look like.
        {{ usable_reference('records.case_reference', 'deliveries.reference_pattern') }}
            as case_reference,
        coded_texts.value as stage,
        -- Hardly two rows were last updated at one moment: what can be cast is not read apart.
        case
            when {{ is_plain_date('records.last_updated') }}
                then {{ plain_moment('records.last_updated', 'records.reading') }}
            else written_moments.moment
        end as last_updated_moment,
        case
            when last_updated_moment < run.as_of_day + 1
                then {{ usable_date('last_updated_moment', 'run.earliest_date') }}
        end as last_updated,
        places.file_name,
        places.row_number,
        places.left_with_delivery,
        places.is_gone,
        places.is_kept,
        -- A record that is still delivered comes after all that have left.
        coalesce(places.left_with_delivery, 9223372036854775807) as last_delivery
    from records
    inner join places on records.record_id = places.record_id
    cross join run
    left join deliveries on places.delivery_number = deliveries.delivery_number
    left join coded_texts on records.stage = coded_texts.written
    left join written_moments
        on
            records.last_updated = written_moments.written
            and records.reading = written_moments.reading

),

-- Across deliveries the newest decides, whatever last_updated says.
contested as (

    select
        source,
        case_reference,
        stage,
        max(case when not is_gone then last_delivery end) as last_delivery
    from keyed
    where case_reference is not null and stage is not null
    group by source, case_reference, stage
    having count(*) > 1

),

newest_versions as (

    select
        keyed.*,
        count(*) over (partition by keyed.source, keyed.case_reference, keyed.stage)
            as versions
    from keyed
    inner join contested
        on
            keyed.source = contested.source
            and keyed.case_reference = contested.case_reference
            and keyed.stage = contested.stage
            and keyed.last_delivery = contested.last_delivery
            and not keyed.is_gone

),

rivals as (

    select * from newest_versions
    where versions > 1

),

-- Of rivals whose typed values are all equal, however they were written, the first counts.
typed_rivals as (

    select
        rivals.record_id,
        row_number() over (
            partition by
                {% for column in day_columns() %}
                    coalesce(cast({{ column }}_date.day as string), records.{{ column }}),
                {% endfor %}
                coalesce(cast(rivals.last_updated_moment as string), records.last_updated),
                -- A blank extension is none, as int_complaint_rows has it. Of words that nobody
                -- knows two may mean two things, but not for their case and spaces.
                {% for column in coded_columns() if column != 'stage' %}
                    coalesce(
                        {{ column }}_code.value,
                        lower({{ visible_text('records.' ~ column) }})
                        {{ ", 'no'" if column == 'extension_agreed' }}
                    ),
                {% endfor %}
                {% for column in layout_columns()
                    if column not in date_columns() + coded_columns() %}
                    {%- set text = 'records.' ~ column %}
                    {% if column == 'service_team' %}
                        {{ recorded(text) }},
                    {% elif column == 'reasons' %}
                        nullif({{ list_joined('array_sort(' ~ reasons_in(text) ~ ')', ';') }}, ''),
                    {% elif column in characteristics().split() %}
                        {{ recorded_answer(text) }},
                    {% else %}
                        {{ text }},
                    {% endif %}
                {% endfor %}
                rivals.source,
                rivals.stage
            order by rivals.file_name, rivals.row_number
        ) > 1 as is_duplicate
    from rivals
    inner join whole_records as records on rivals.record_id = records.record_id
    {% for column in day_columns() %}
        left join written_dates as {{ column }}_date
            on
                records.{{ column }} = {{ column }}_date.written
                and records.reading = {{ column }}_date.reading
    {% endfor %}
    {% for column in coded_columns() if column != 'stage' %}
        left join all_coded_texts as {{ column }}_code
            on
                records.{{ column }} = {{ column }}_code.written
                and {{ column }}_code.field = '{{ column }}'
    {% endfor %}

),

-- Within one delivery the row with the latest last_updated does.
last_updates as (

    select
        source,
        case_reference,
        stage,
        max(last_updated) as last_updated
    from rivals
    group by source, case_reference, stage

),

-- The version that was delivered before: of those that left last, the one that was last updated.
ranked_left_versions as (

    select
        keyed.source,
        keyed.case_reference,
        keyed.stage,
        keyed.record_id,
        row_number() over (
            partition by keyed.source, keyed.case_reference, keyed.stage
            order by
                keyed.left_with_delivery desc,
                keyed.last_updated desc nulls last,
                keyed.record_id asc
        ) as position
    from keyed
    inner join contested
        on
            keyed.source = contested.source
            and keyed.case_reference = contested.case_reference
            and keyed.stage = contested.stage
            and keyed.last_delivery < contested.last_delivery

),

left_versions as (

    select * from ranked_left_versions
    where position = 1

),

records_before as (

    select
        record_id,
        reading,
        received_date,
        responded_date
    from {{ ref('stg_records') }}

),

versions_before as (

    select
        left_versions.source,
        left_versions.case_reference,
        left_versions.stage,
        received_days.day as received_date_before,
        responded_days.day is not null as was_answered_before,
        keyed.last_updated as last_updated_before
    from left_versions
    inner join keyed on left_versions.record_id = keyed.record_id
    inner join records_before as records on left_versions.record_id = records.record_id
    left join written_dates as received_days
        on
            records.received_date = received_days.written
            and records.reading = received_days.reading
    left join written_dates as responded_days
        on
            records.responded_date = responded_days.written
            and records.reading = responded_days.reading

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
        coalesce(typed_rivals.is_duplicate, false) as is_duplicate,
        coalesce(keyed.last_updated < last_updates.last_updated, false) as is_superseded,
        versions_before.received_date_before,
        coalesce(versions_before.was_answered_before, false) as was_answered_before,
        versions_before.last_updated_before
    from keyed
    left join typed_rivals on keyed.record_id = typed_rivals.record_id
    left join versions_before
        on
            keyed.source = versions_before.source
            and keyed.case_reference = versions_before.case_reference
            and keyed.stage = versions_before.stage
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
        -- A row without a usable key leaves with the next delivery that does not contain it, and is
        -- no row again when a synonym gives it one; what was loaded does not leave for want of one.
        case
            when keyed.is_gone then false
            when keyed.case_reference is null or keyed.stage is null then keyed.is_kept
            else coalesce(keyed.last_delivery = contested.last_delivery, true)
        end

)

select * from final
