-- Put the judged delivery into the warehouse. Runs inside one transaction with the records of
-- the night, so a process killed at any moment leaves all of it or nothing.

create or replace temporary table judged_rows as
select
    typed.*,
    coalesce(found.has_error, false) as is_held,
    not coalesce(found.has_error_of_its_own, false) as takes_part,
    coalesce(found.has_implausible_clock_start, false) as has_implausible_clock_start
from landing.typed_rows as typed
left join (
    select
        row_id,
        bool_or(is_error) as has_error,
        bool_or(is_error and gate in ('line', 'row')) as has_error_of_its_own,
        bool_or(rule_code = 'clock_start_implausible') as has_implausible_clock_start
    from (
        select
            *,
            not is_accepted and list_contains(getvariable('error_codes'), rule_code) as is_error
        from landing.findings
    )
    group by row_id
) as found using (row_id);

create or replace temporary table states_before as
select row_id, is_held from raw.stage_rows
where row_id in (select row_id from judged_rows);

-- What became of each record of the delivery: the first fate that fits.
create or replace table landing.fates as
select
    delivered.file_name,
    case
        when delivered.is_duplicate then 'duplicate'
        when delivered.is_superseded then 'superseded'
        when coalesce(judged.is_held, stored.is_held) then 'quarantined'
        when delivered.is_new or stored.is_held then 'loaded'
        else 'unchanged'
    end as fate
from (
    -- A join condition on the left side alone would compare every row with every other
    -- (DuckDB 1.5.5), so it is put into the key.
    select *, case when is_candidate then row_id end as candidate_row_id
    from landing.delivered_rows
) as delivered
left join judged_rows as judged on judged.row_id = delivered.candidate_row_id
left join raw.stage_rows as stored on stored.row_id = delivered.candidate_row_id;

insert into raw.row_versions by name
select
    judged_text.* exclude (is_new, file_name, row_number),
    getvariable('run_id') as first_run_id
from landing.judged_text as judged_text
where judged_text.is_new;

insert into raw.row_states by name
select
    changed.row_id,
    changed.state,
    getvariable('run_id') as run_id,
    getvariable('run_at')::timestamp as run_at,
    getvariable('as_of_day')::date as as_of_day
from (
    select row_id, 'left' as state from landing.gone_rows
    union all
    select judged.row_id, case when judged.is_held then 'held' else 'loaded' end
    from judged_rows as judged
    left join states_before using (row_id)
    where states_before.is_held is distinct from judged.is_held
) as changed;

delete from raw.findings
where
    row_id in (select row_id from landing.gone_rows)
    or row_id in (select row_id from judged_rows);

insert into raw.findings by name
select row_id, rule_code, gate, is_accepted from landing.findings;

delete from raw.stage_rows
where
    row_id in (select row_id from landing.gone_rows)
    or row_id in (select row_id from judged_rows);

-- Where a record stands is where it was delivered last.
update raw.stage_rows
set file_name = delivered.file_name, row_number = delivered.row_number
from landing.delivered_rows as delivered
where
    delivered.is_candidate
    and delivered.row_id = stage_rows.row_id
    and (
        delivered.file_name <> stage_rows.file_name
        or delivered.row_number <> stage_rows.row_number
    );

insert into raw.stage_rows by name
select
    judged.row_id,
    judged.source,
    judged.case_reference,
    judged.stage,
    judged.procedure,
    judged.received_date,
    case when not judged.has_implausible_clock_start then judged.clock_start_date end
        as clock_start_date,
    judged.acknowledged_date,
    judged.extension_agreed,
    judged.panel_date,
    judged.target_date,
    judged.responded_date,
    judged.outcome,
    coalesce(judged.service_team, 'Not recorded') as service_team,
    judged.reasons,
    judged.legal_basis,
    judged.complainant_type,
    judged.age_band,
    judged.gender,
    judged.ethnicity,
    judged.disability,
    judged.sexual_orientation,
    judged.advocate,
    judged.learning,
    judged.last_updated,
    judged.content_hash,
    coalesce(delivered.file_name, judged.file_name) as file_name,
    coalesce(delivered.row_number, judged.row_number) as row_number,
    judged.takes_part,
    judged.is_held,
    false as is_settled
from judged_rows as judged
left join landing.delivered_rows as delivered
    on delivered.is_candidate and delivered.row_id = judged.row_id;

drop table judged_rows;
drop table states_before;
