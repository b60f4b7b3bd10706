-- Each stage that counts otherwise now than it did when a report was released, and why. Where
-- several things have changed, the first cause of the list below is named.
with

releases as (

    select * from {{ ref('stg_releases') }}

),

released as (

    select * from {{ ref('int_released_flags') }}

),

stages_then as (

    select * from released
    where not is_held

),

held_rows as (

    select * from {{ ref('int_held_rows') }}

),

-- A row whose stage was not known tells of a stage only once it is held no more.
held_then as (

    select
        released.release_number,
        released.source,
        released.case_reference,
        released.stage,
        released.record_id
    from released
    left join held_rows on released.record_id = held_rows.record_id
    where
        released.is_held
        and (released.stage is not null or held_rows.record_id is null)

),

stages_now as (

    select
        releases.release_number,
        releases.newest_delivery,
        releases.as_of_day,
        flags.*,
        records.first_delivery
    from {{ ref('int_stage_flags') }} as flags
    inner join {{ ref('stg_records') }} as records on flags.record_id = records.record_id
    cross join releases

),

held_now as (

    select distinct
        source,
        case_reference,
        stage
    from held_rows

),

accepted as (

    select distinct record_id
    from {{ ref('int_findings') }}
    where is_accepted

),

paired as (

    select
        coalesce(stages_then.release_number, stages_now.release_number) as release_number,
        coalesce(stages_then.source, stages_now.source) as source,
        coalesce(stages_then.case_reference, stages_now.case_reference) as case_reference,
        coalesce(stages_then.stage, stages_now.stage) as stage,
        stages_then.record_id is not null as is_counted_before,
        stages_now.record_id is not null as is_counted_after,
        stages_now.first_delivery > stages_now.newest_delivery as is_delivered_since,
        coalesce(
            greatest(stages_now.received_date, stages_now.responded_date) > stages_now.as_of_day,
            false
        ) as was_in_future,
        stages_now.clock_start_date > stages_now.as_of_day as has_clock_started_since,
        {% for column in [
            'record_id', 'procedure', 'received_date', 'financial_quarter', 'service_team',
            'outcome', 'sla_status', 'responded_date'
        ] %}
            stages_then.{{ column }} as {{ column }}_before,
            stages_now.{{ column }} as {{ column }}_after,
        {% endfor %}
        {% for measure in measures().split() %}
            coalesce(stages_then.is_{{ measure }}, false) as is_{{ measure }}_before,
            coalesce(stages_now.is_{{ measure }}, false) as is_{{ measure }}_after,
        {% endfor %}
        stages_then.is_erased
    from stages_then
    full outer join stages_now
        on
            stages_then.release_number = stages_now.release_number
            and stages_then.source = stages_now.source
            and stages_then.case_reference = stages_now.case_reference
            and stages_then.stage = stages_now.stage

),

-- A case with one stage less and another more: the stage was corrected.
moved_cases as (

    select
        release_number,
        source,
        case_reference
    from paired
    where not (is_counted_before and is_counted_after)
    group by release_number, source, case_reference
    having
        count(case when is_counted_before then 1 end) = 1
        and count(case when is_counted_after then 1 end) = 1

),

-- What was held then of a stage that counts now; of rows that conflict there are several.
held_before as (

    select
        paired.release_number,
        paired.source,
        paired.case_reference,
        paired.stage,
        bool_or(held_then.record_id = paired.record_id_after) as is_same_record,
        count(*) > 1 as is_of_several
    from paired
    inner join held_then
        on
            paired.release_number = held_then.release_number
            and paired.source = held_then.source
            and paired.case_reference = held_then.case_reference
            and paired.stage = coalesce(held_then.stage, paired.stage)
    where not paired.is_counted_before
    group by paired.release_number, paired.source, paired.case_reference, paired.stage

),

joined as (

    select
        paired.*,
        held_before.is_same_record,
        held_before.is_of_several,
        held_now.case_reference is not null as is_held_now,
        accepted.record_id is not null as is_accepted,
        moved_cases.case_reference is not null as is_moved
    from paired
    left join held_before
        on
            paired.release_number = held_before.release_number
            and paired.source = held_before.source
            and paired.case_reference = held_before.case_reference
            and paired.stage = held_before.stage
    left join held_now
        on
            paired.source = held_now.source
            and paired.case_reference = held_now.case_reference
            and paired.stage = held_now.stage
    left join accepted on paired.record_id_after = accepted.record_id
    left join moved_cases
        on
            paired.release_number = moved_cases.release_number
            and paired.source = moved_cases.source
            and paired.case_reference = moved_cases.case_reference

),

final as (

    select
        *,
        case
            when not is_counted_after and is_erased then 'erased'
            when is_moved and not (is_counted_before and is_counted_after) then 'stage_changed'
            when is_same_record and is_accepted then 'accepted'
            when is_same_record and not is_of_several and not was_in_future
                then 'rule_or_limit_changed'
            when is_same_record is not null then 'released_from_quarantine'
            when not is_counted_before and is_delivered_since then 'arrived_late'
            when not is_counted_before then 'delivered_again'
            when not is_counted_after and is_held_now then 'held_back'
            when not is_counted_after then 'no_longer_delivered'
            when procedure_before <> procedure_after then 'reclassified_between_procedures'
            when is_withdrawn_before <> is_withdrawn_after then 'withdrawn'
            when received_date_before <> received_date_after then 'received_date_corrected'
            when responded_date_before is null and responded_date_after is not null
                then 'answered_since'
            when coalesce(outcome_before, '') <> coalesce(outcome_after, '')
                then 'outcome_changed'
            when
                record_id_before <> record_id_after
                and coalesce(service_team_before, '') <> coalesce(service_team_after, '')
                then 'team_changed'
            when record_id_before <> record_id_after then 'otherwise_corrected'
            when
                (is_open_in_time_before and is_open_overdue_after)
                or (is_open_in_time_from_request_before and is_open_overdue_from_request_after)
                or (is_panel_open_in_time_before and is_panel_open_overdue_after)
                or (
                    (is_panel_open_in_time_before or is_panel_open_overdue_before)
                    and (is_panel_in_time_after or is_panel_late_after)
                )
                or (
                    has_clock_started_since
                    and (is_open_overdue_before or is_panel_open_overdue_before)
                )
                then 'time_passed'
            else 'rule_or_limit_changed'
        end as cause
    from joined
    where
        procedure_before is distinct from procedure_after
        or financial_quarter_before is distinct from financial_quarter_after
        or service_team_before is distinct from service_team_after
        or outcome_before is distinct from outcome_after
        {% for measure in measures().split() %}
            or is_{{ measure }}_before <> is_{{ measure }}_after
        {% endfor %}

)

select * from final
