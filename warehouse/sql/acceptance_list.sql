-- Every acceptance ever recorded, the newest first, with what has become of it.
create or replace temporary view acceptance_list as
with

recorded as (
    select
        *,
        lead(recorded_on) over versions as withdrawn_on,
        lead(role) over versions as withdrawn_by,
        lead(reason) over versions as withdrawn_because
    from raw.acceptances
    window versions as (partition by row_id, rule_code order by acceptance_number)
),

departures as (
    select
        row_id,
        max(as_of_day) as left_on
    from raw.row_states
    where state = 'left'
    group by row_id
),

judged as (
    select
        source,
        max(acceptance_number) as newest_known
    from raw.nights
    group by source
),

with_end as (
    select
        recorded.*,
        case
            when recorded.withdrawn_on is not null then 'it was withdrawn'
            when departures.left_on is not null then 'the row has changed'
            when recorded.acceptance_number > coalesce(judged.newest_known, 0) then null
            when finding.row_id is null then 'the rule no longer fails'
        end as ended_because,
        coalesce(recorded.withdrawn_on, departures.left_on) as ended_on,
        recorded.acceptance_number > coalesce(judged.newest_known, 0) as is_waiting
    from recorded
    left join departures using (row_id)
    left join judged using (source)
    left join (select distinct row_id, rule_code from raw.findings) as finding
        using (row_id, rule_code)
    where not recorded.is_withdrawal
)

select
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
