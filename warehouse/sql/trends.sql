-- How many rows fail each rule tonight, accepted exceptions left out, for the trends: in the
-- transaction of the last gate, so a night is there as a whole or not at all.
insert into raw.quality_trends by name
with

failed as (

    select
        stored.source,
        finding.rule_code,
        count(distinct finding.record_id)
        filter (where held.record_id is not null) as rows_held_back,
        count(distinct finding.record_id) filter (where held.record_id is null) as rows_warned
    from intermediate.int_findings as finding
    inner join intermediate.int_complaint_rows as stored on finding.record_id = stored.record_id
    left join intermediate.int_held_rows as held on finding.record_id = held.record_id
    where not finding.is_accepted
    group by stored.source, finding.rule_code

),

sources as (

    select
        delivered.source,
        count(stored.record_id) as rows_current
    from (select distinct source from raw.deliveries) as delivered
    left join intermediate.int_complaint_rows as stored on delivered.source = stored.source
    group by delivered.source

)

select
    run.run_id,
    run.run_at,
    run.as_of_day,
    sources.source,
    rules.rule_code,
    rules.severity,
    coalesce(failed.rows_held_back, 0) as rows_held_back,
    coalesce(failed.rows_warned, 0) as rows_warned,
    sources.rows_current
from raw.run
cross join raw.rules as rules
cross join sources
left join failed on sources.source = failed.source and rules.rule_code = failed.rule_code
where rules.dataset = 'complaints';
