-- How many rows fail each rule tonight (failed_rows, accepted exceptions left out), and how many
-- there are (current_rows), for the trends: in the transaction of the last gate, so that a night is
-- there as a whole or not at all.
insert into raw.quality_trends by name
with

sources as (

    select
        delivered.source,
        coalesce(max(current_rows.rows_current), 0) as rows_current
    from raw.deliveries as delivered
    left join current_rows on delivered.source = current_rows.source
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
left join failed_rows as failed
    on sources.source = failed.source and rules.rule_code = failed.rule_code
where rules.dataset = 'complaints';
