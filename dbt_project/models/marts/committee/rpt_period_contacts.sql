with

periods as (

    {{ reported_periods() }}

),

contacts as (

    {{ loaded_rows('stg_contacts') }}

),

-- Contacts without a reference or a number may be the same in every column.
repeated as (

    select
        *,
        case when contact_key is null then lines else 1 end as times
    from contacts

),

run as (

    select * from {{ ref('stg_run') }}

),

calendar as (

    select * from {{ ref('int_calendar') }}

),

time_limits as (

    select * from {{ ref('int_time_limits_by_day') }}
    where procedure = 'contact' and milestone = 'response'

),

dated as (

    select
        contacts.type as contact_type,
        coalesce(contacts.team, 'Not recorded') as service_team,
        coalesce(contacts.reason, 'Not recorded') as reason,
        coalesce(contacts.received_date, periods.period_start_date) as first_day,
        coalesce(contacts.received_date, periods.period_end_date) as last_day,
        coalesce(contacts.due_date, due_days.date) as due_date,
        contacts.answered_date,
        contacts.in_time * contacts.times as in_time,
        contacts.counted_contacts = 1 as is_single,
        contacts.counted_contacts * contacts.times as contacts
    from repeated as contacts
    left join periods
        on contacts.period = periods.period and contacts.received_date is null
    left join calendar as received_days on contacts.received_date = received_days.date
    left join time_limits
        on
            contacts.received_date = time_limits.date
            and contacts.type = time_limits.stage
    left join calendar as due_days
        on
            received_days.working_day_number + time_limits.working_days
            = due_days.working_day_number
            and due_days.is_working_day

),

-- What is neither answered nor overdue says nothing yet, nor does a counted group without its
-- number in time.
judged as (

    select
        dated.*,
        case
            when dated.in_time is not null then dated.contacts
            when dated.due_date is null then 0
            when dated.answered_date is not null then dated.contacts
            when dated.is_single and dated.due_date < run.as_of_day then dated.contacts
            else 0
        end as due_contacts,
        case
            when dated.in_time is not null then dated.in_time
            when dated.answered_date <= dated.due_date then dated.contacts
            else 0
        end as contacts_in_time
    from dated
    cross join run

),

final as (

    select
        periods.period,
        periods.period_length,
        judged.contact_type,
        judged.service_team,
        judged.reason,
        cast(sum(judged.contacts) as bigint) as contacts,
        cast(sum(judged.due_contacts) as bigint) as due,
        cast(sum(judged.contacts_in_time) as bigint) as in_time
    from judged
    inner join periods
        on
            judged.first_day >= periods.period_start_date
            and judged.last_day <= periods.period_end_date
    group by
        periods.period,
        periods.period_length,
        judged.contact_type,
        judged.service_team,
        judged.reason

)

select * from final
