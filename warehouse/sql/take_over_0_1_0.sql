-- The records of a home of version 0.1.0. There a version of a row had a number; here a record is
-- known by its source and content.
create temporary table taken_over as
select
    version.row_id,
    md5(
        case
            when version.content_hash is not null
                then concat_ws(
                    chr(31),
                    version.source,
                    'case_reference=' || version.case_reference,
                    'procedure=' || version.procedure,
                    'stage=' || version.stage,
                    'received_date=' || version.received_date,
                    'clock_start_date=' || version.clock_start_date,
                    'acknowledged_date=' || version.acknowledged_date,
                    'extension_agreed=' || version.extension_agreed,
                    'panel_date=' || version.panel_date,
                    'target_date=' || version.target_date,
                    'responded_date=' || version.responded_date,
                    'outcome=' || version.outcome,
                    'service_team=' || version.service_team,
                    'reasons=' || version.reasons,
                    'legal_basis=' || version.legal_basis,
                    'complainant_type=' || version.complainant_type,
                    'age_band=' || version.age_band,
                    'gender=' || version.gender,
                    'ethnicity=' || version.ethnicity,
                    'disability=' || version.disability,
                    'sexual_orientation=' || version.sexual_orientation,
                    'advocate=' || version.advocate,
                    'learning=' || version.learning,
                    'last_updated=' || version.last_updated
                )
            else concat_ws(
                chr(31),
                version.source,
                coalesce(file.series, stored.file_name, 'version ' || version.row_id),
                stored.row_number,
                version.field_count,
                version.header_field_count
            )
        end
    ) as record_id,
    coalesce(delivery.delivery_number, 1) as first_delivery,
    coalesce(stored.file_name, '') as file_name,
    coalesce(stored.row_number, 0) as row_number,
    stored.row_id is not null as is_delivered
from old_row_versions as version
left join old_stage_rows as stored on version.row_id = stored.row_id
left join (
    select run_id, source, max(delivery_number) as delivery_number
    from old_deliveries
    group by run_id, source
) as delivery on version.first_run_id = delivery.run_id and version.source = delivery.source
left join (select distinct file_name, series from old_delivery_files) as file
    on stored.file_name = file.file_name;

insert into raw.records by name
select
    version.* exclude (row_id, content_hash, first_run_id),
    taken.record_id,
    taken.first_delivery,
    taken.file_name as first_file_name,
    taken.row_number as first_row_number
from (
    select record_id, min_by(row_id, first_delivery) as row_id
    from taken_over
    group by record_id
) as once
inner join taken_over as taken using (row_id)
inner join old_row_versions as version using (row_id);

insert into raw.deliveries by name
select
    delivery.delivery_number,
    delivery.source,
    'complaints' as dataset,
    delivery.run_id,
    coalesce(night.as_of_day, date '2000-01-01') as as_of_day,
    delivery.identity
from old_deliveries as delivery
left join old_nights as night
    on delivery.run_id = night.run_id and delivery.source = night.source;

insert into raw.delivery_files by name
select
    file.* exclude (contents, series, stamp),
    file.contents as dataset,
    file.series as file_series,
    file.stamp as file_date
from old_delivery_files as file;

insert into raw.delivered_rows by name
select
    (
        select max(delivery.delivery_number) from old_deliveries as delivery
        where delivery.source = stored.source
    ) as delivery_number,
    stored.source,
    'complaints' as dataset,
    stored.file_name,
    stored.row_number,
    row_number() over (partition by stored.source order by stored.file_name, stored.row_number)
        as file_position,
    taken.record_id
from old_stage_rows as stored
inner join taken_over as taken using (row_id);

-- What was replaced before has left; the deliveries recorded it when they replaced it.
insert into raw.record_changes by name
select
    max(coalesce(delivery.delivery_number, taken.first_delivery)) as delivery_number,
    taken.record_id,
    false as is_delivered,
    '' as file_name,
    0 as row_number
from taken_over as taken
left join old_row_states as states on taken.row_id = states.row_id and states.state = 'left'
left join old_deliveries as delivery on states.run_id = delivery.run_id
group by taken.record_id
having not bool_or(taken.is_delivered);

insert into raw.record_states by name
select
    states.state_number,
    taken.record_id,
    states.state,
    states.run_id,
    states.run_at,
    states.as_of_day
from old_row_states as states
inner join taken_over as taken using (row_id);

insert into raw.acceptances by name
select
    acceptance.* exclude (row_id),
    taken.record_id,
    coalesce((
        select max(states.state_number) from old_row_states as states
        where states.row_id = acceptance.row_id and states.state <> 'left'
    ), 0) as newest_state_number
from old_acceptances as acceptance
inner join taken_over as taken using (row_id);

insert into raw.publications by name
select
    row_number() over (order by published_at) as publication_number,
    run_id,
    published_at,
    '' as inputs_hash
from old_publications;

insert into raw.quality_trends by name from old_quality_trends;

-- The optional inputs were kept typed; as text they read the same.
create temporary table old_inputs as
select
    source, 'learning_actions' as dataset, file_name, row_number, theme, action, owner_role,
    due_quarter, status, evidence, null as authority, null as year, null as measure,
    null as value, null as note, null as name, null as period, null as old_team, null as new_team,
    null as change_date
from old_learning_actions
union all by name
select
    source, 'benchmarks' as dataset, file_name, row_number, authority, financial_year as year,
    measure, value::varchar as value, note
from old_benchmarks
union all by name
select source, 'indicators' as dataset, file_name, row_number, name, period, value
from old_indicators
union all by name
select
    source, 'team_changes' as dataset, file_name, row_number, old_team, new_team,
    change_date::varchar as change_date
from old_team_changes;

create temporary table taken_inputs as
select
    input.*,
    md5(concat_ws(chr(31), source, 'taken over', dataset, file_name, row_number)) as record_id,
    (select coalesce(max(delivery_number), 0) from old_deliveries)
    + dense_rank() over (order by source, dataset) as first_delivery,
    0 as field_count,
    0 as header_field_count
from old_inputs as input;

insert into raw.learning_actions_records by name
select
    record_id, source, first_delivery, file_name as first_file_name, row_number as first_row_number,
    field_count, header_field_count,
    theme, action, owner_role, due_quarter, status, evidence
from taken_inputs
where dataset = 'learning_actions';

insert into raw.benchmarks_records by name
select
    record_id, source, first_delivery, file_name as first_file_name, row_number as first_row_number,
    field_count, header_field_count,
    authority, year, measure, value, note
from taken_inputs
where dataset = 'benchmarks';

insert into raw.indicators_records by name
select
    record_id, source, first_delivery, file_name as first_file_name, row_number as first_row_number,
    field_count, header_field_count,
    name, period, value
from taken_inputs
where dataset = 'indicators';

insert into raw.team_changes_records by name
select
    record_id, source, first_delivery, file_name as first_file_name, row_number as first_row_number,
    field_count, header_field_count,
    old_team, new_team, change_date
from taken_inputs
where dataset = 'team_changes';

insert into raw.deliveries by name
select distinct
    taken.first_delivery as delivery_number,
    taken.source,
    taken.dataset,
    input.run_id,
    coalesce((select max(as_of_day) from old_nights), date '2000-01-01') as as_of_day,
    '' as identity
from taken_inputs as taken
inner join old_optional_inputs as input
    on taken.source = input.source and taken.dataset = input.contents;

insert into raw.delivered_rows by name
select
    first_delivery as delivery_number,
    source,
    dataset,
    file_name,
    row_number,
    row_number as file_position,
    record_id
from taken_inputs;

insert into raw.record_states by name
select
    (select coalesce(max(state_number), 0) from old_row_states)
    + row_number() over () as state_number,
    record_id,
    'loaded' as state,
    'taken over' as run_id,
    (select max(run_at) from old_nights) as run_at,
    (select max(as_of_day) from old_nights) as as_of_day
from taken_inputs;

insert into raw.run (run_id, run_at, as_of_day, earliest_date, newest_acceptance_number)
select run_id, run_at, as_of_day, date '2000-01-01', coalesce(acceptance_number, 0)
from old_nights
order by run_at desc
limit 1;
