-- Every acceptance ever recorded with what has become of it, and those in force: not taken back,
-- of a record that has not left since.
create or replace temporary view acceptance_list as
with

recorded as (
    select
        *,
        lead(recorded_on) over versions as withdrawn_on,
        lead(role) over versions as withdrawn_by,
        lead(reason) over versions as withdrawn_because
    from raw.acceptances
    window versions as (partition by record_id, rule_code order by acceptance_number)
),

departures as (
    select
        recorded.acceptance_number,
        min(states.as_of_day) as left_on
    from recorded
    inner join raw.record_states as states
        on
            recorded.record_id = states.record_id
            and recorded.newest_state_number < states.state_number
    where states.state = 'left'
    group by recorded.acceptance_number
),

last_run as (
    select coalesce(max(newest_acceptance_number), 0) as newest_known
    from raw.run
),

with_end as (
    select
        recorded.*,
        case
            when recorded.withdrawn_on is not null then 'it was withdrawn'
            when departures.left_on is not null then 'the row has changed'
            when recorded.acceptance_number > last_run.newest_known then null
            when finding.record_id is null then 'the rule no longer fails'
        end as ended_because,
        coalesce(recorded.withdrawn_on, departures.left_on) as ended_on,
        recorded.acceptance_number > last_run.newest_known as is_waiting
    from recorded
    cross join last_run
    left join departures using (acceptance_number)
    left join (select distinct record_id, rule_code from validation.findings) as finding
        using (record_id, rule_code)
    where not recorded.is_withdrawal
)

select
    record_id,
    source,
    case_reference,
    stage,
    rule_code,
    role as accepted_by,
    recorded_on as accepted_on,
    reason,
    case
        when ended_because is not null then 'ended'
        when is_waiting then 'in force from the next night on'
        else 'in force'
    end as state,
    ended_because,
    ended_on,
    withdrawn_by,
    withdrawn_because
from with_end
order by acceptance_number desc;

create or replace temporary view acceptances_in_force as
select
    record_id,
    rule_code
from acceptance_list
where ended_because is null;
