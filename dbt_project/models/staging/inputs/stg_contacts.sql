-- A row without a reference or a number is one contact, and counts as often as it is delivered.
{%- set quarter = whole_quotient('((month(received_date) + 8) % 12)', 3) %}
with

typed as (

    {{ typed_input(
        'contacts',
        texts=['team', 'reason', 'reference'],
        codes={'type': 'contact_type'},
        dates=['received_date', 'due_date', 'answered_date'],
        wholes=['number', 'in_time'],
        periods=['period'],
        more=['coalesce(received_date_text, period_text) as received_text'],
        repeats_if='(reference is not null or number_text is not null)'
    ) }}

),

-- A period is a year, '2018-19', or with ' H1' or ' Q2' a part of it.
counted as (

    select
        *,
        case when number_text is null then 1 else number end as counted_contacts,
        substr(period, 1, 7) as year_of_period,
        case when substr(period, 9, 2) in ('H1', 'Q1', 'Q2') then 1 else 2 end as half,
        case
            when number_text is not null and received_date_text is null and type is not null
                then substr(period, 9, 1)
        end as counted_part,
        -- null where the day, the period or the type is not known: another rule says so
        case when received_date_text is null then period else cast(received_date as string) end
        || '|' || type as counted_for
    from typed

),

final as (

    select
        *,
        -- What two rows may not share: the reference, or what a counted group counts.
        case
            when reference is not null then 'reference|' || reference
            when number_text is not null
                then counted_for || '|' || coalesce(team, '') || '|' || coalesce(reason, '')
        end as contact_key,
        coalesce(in_time > counted_contacts, false) as has_too_many_in_time,
        coalesce(
            substr(period, 1, 4)
            <> cast(year(received_date) - if(month(received_date) < 4, 1, 0) as string)
            or (
                period like '%Q%'
                and right(period, 1) <> cast({{ quarter }} + 1 as string)
            )
            or (
                period like '%H%'
                and right(period, 1) <> cast({{ whole_quotient(quarter, 2) }} + 1 as string)
            ),
            false
        ) as is_outside_period,
        -- The year beside a part of it, or a half year beside a quarter of it.
        coalesce(
            counted_part is not null
            and (
                (min(counted_part) over of_year = '' and max(counted_part) over of_year <> '')
                or min(counted_part) over of_half <> max(counted_part) over of_half
            ),
            false
        ) as is_counted_twice
    from counted
    window
        of_year as (partition by source, type, team, reason, year_of_period),
        of_half as (partition by source, type, team, reason, year_of_period, half)

)

select * from final
