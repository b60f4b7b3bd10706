-- How many rows fail each rule tonight, accepted exceptions left out, for the trends. Runs in the
-- transaction of gate 2, so a night is there as a whole or not at all; a run that goes on after a
-- kill replaces what it said.
delete from raw.quality_trends
where run_id = getvariable('run_id');

insert into raw.quality_trends by name
with

failed as (

    select
        stored.source,
        finding.rule_code,
        count(distinct finding.row_id) filter (where stored.is_held) as rows_held_back,
        count(distinct finding.row_id) filter (where not stored.is_held) as rows_warned
    from raw.findings as finding
    inner join raw.stage_rows as stored using (row_id)
    where not finding.is_accepted
    group by stored.source, finding.rule_code

),

sources as (

    select
        night.source,
        count(stored.row_id) as rows_current
    from (select distinct source from raw.nights) as night
    left join raw.stage_rows as stored using (source)
    group by night.source

)

select
    getvariable('run_id') as run_id,
    getvariable('run_at')::timestamp as run_at,
    getvariable('as_of_day')::date as as_of_day,
    sources.source,
    rules.rule_code,
    rules.severity,
    coalesce(failed.rows_held_back, 0) as rows_held_back,
    coalesce(failed.rows_warned, 0) as rows_warned,
    sources.rows_current
from raw.rules as rules
cross join sources
left join failed on sources.source = failed.source and rules.rule_code = failed.rule_code;
