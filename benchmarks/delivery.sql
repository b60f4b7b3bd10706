-- A delivery of any size, made up: the same seed gives the same rows. Every choice is drawn from a
-- hash of what it is about, so that set operations alone make the rows.
-- Variables: wanted_rows, seed, as_of_day (the last day on which anything happened) and
-- bank_holidays (the file of reference data). Out: export_rows, as text, in the order of position.

create macro draw(about, choices) as
    (hash(about, getvariable('seed')) % choices)::integer;

create macro one_of(about, choices) as choices[1 + draw(about, len(choices))];

create macro written_day(day) as strftime(day, '%d/%m/%Y');

create table calendar as
select
    *,
    count(*) filter (where is_working_day) over (order by day) as working_day_number
from (
    select
        day,
        isodow(day) <= 5
        and day not in (select date from read_csv(getvariable('bank_holidays')))
            as is_working_day
    from (
        select
            unnest(generate_series(date '2010-01-01', date '2027-12-31', interval 1 day))::date
                as day
    )
);

-- How far each complaint went: most end at stage 1.
create table cases as
select
    *,
    if(procedure = 'statutory', 'CH-', 'CO-') || case_number as case_reference,
    case
        when procedure = 'statutory'
            then ['stage_1', 'stage_2', 'stage_3', 'ombudsman'][
                :if(depth < 80, 1, if(depth < 93, 2, if(depth < 98, 3, 4)))
            ]
        else ['stage_1', 'stage_2', 'ombudsman'][:if(depth < 82, 1, if(depth < 96, 2, 3))]
    end as stages
from (
    select
        range as case_number,
        if(draw(range || 'procedure', 100) < 45, 'statutory', 'corporate') as procedure,
        draw(range || 'depth', 100) as depth,
        date '2010-01-04'
        + draw(range || 'day', getvariable('as_of_day') - date '2010-01-04' + 1) as first_day
    from range(getvariable('wanted_rows'))
);

-- A stage is received some days after the response to the one before; what would lie after the
-- as-of day has not happened yet.
create table stages as
select
    * exclude (stages, days_until_response),
    case_number || stage as about,
    case
        when received_date + days_until_response <= getvariable('as_of_day')
            then received_date + days_until_response
    end as responded_date
from (
    select
        *,
        first_day + coalesce(
            sum(days_until_response + 2 + draw(case_number || stage || 'wait', 24)) over (
                partition by case_number order by place
                rows between unbounded preceding and 1 preceding
            ),
            0
        )::integer as received_date
    from (
        select
            *,
            case stage
                when 'stage_1' then 3 + draw(case_number || stage || 'answer', 22)
                when 'stage_2' then 20 + draw(case_number || stage || 'answer', 60)
                when 'stage_3' then 40 + draw(case_number || stage || 'answer', 50)
                else 30 + draw(case_number || stage || 'answer', 200)
            end as days_until_response
        from (
            select
                *,
                unnest(stages) as stage,
                generate_subscripts(stages, 1) as place
            from cases
        )
    )
)
where received_date <= getvariable('as_of_day');

-- Three rows in a thousand have a fault, and one in a thousand comes twice.
create table records as
select
    stages.*,
    [
        'case_reference_missing', 'procedure_unknown', 'stage_unknown', 'received_date_missing',
        'received_date_invalid', 'received_date_in_future', 'responded_before_received',
        'outcome_unknown', 'extension_unknown', 'legal_basis_unknown', 'other_date_invalid',
        'team_missing'
    ][1 + draw(about || 'fault', 4000)] as fault,
    unnest(
        coalesce(
            [
                ['original', 'duplicate'],
                ['original', 'conflict'],
                ['original', 'superseded']
            ][1 + draw(about || 'copies', 3000)],
            ['original']
        )
    ) as copy,
    least(received_date + 1 + draw(about || 'acknowledged', 4), getvariable('as_of_day'))
        as acknowledged_date,
    coalesce(responded_date, received_date) + draw(about || 'updated', 15) as last_changed_day,
    procedure = 'statutory' and stage <> 'ombudsman' and draw(about || 'extension', 100) < 15
        as is_extended,
    procedure = 'statutory' and stage = 'stage_1' and draw(about || 'clock', 100) < 5
        as has_later_clock
from stages;

create table export_rows as
with

written as (
    select
        records.case_number,
        records.place,
        records.copy,
        if(fault = 'case_reference_missing', null, case_reference) as case_reference,
        case
            when fault = 'procedure_unknown' then 'Not decided'
            when procedure = 'corporate' then 'Corporate'
            else one_of(about || 'procedure', ['Statutory', 'Children''s statutory', 'Stat'])
        end as procedure,
        case
            when fault = 'stage_unknown' then 'Stage 9'
            when stage = 'ombudsman' then one_of(about || 'stage', ['LGSCO', 'Ombudsman'])
            else one_of(about || 'stage', ['Stage ', 'S', 'stage_']) || right(stage, 1)
        end as stage,
        case fault
            when 'received_date_missing' then null
            when 'received_date_invalid' then '31/02/2020'
            when 'received_date_in_future' then written_day(getvariable('as_of_day') + 30)
            else written_day(received_date)
        end as received_date,
        case
            when fault = 'other_date_invalid' then 'to follow'
            when has_later_clock and responded_date is not null
                then written_day(least(received_date + 3, responded_date))
        end as clock_start_date,
        if(
            draw(about || 'is acknowledged', 100) < 70
            and acknowledged_date <= coalesce(responded_date, acknowledged_date),
            written_day(acknowledged_date),
            null
        ) as acknowledged_date,
        case
            when fault = 'extension_unknown' then 'perhaps'
            when is_extended then 'Yes'
            when draw(about || 'no extension', 2) = 0 then 'No'
        end as extension_agreed,
        if(
            stage = 'stage_3' and responded_date is not null, written_day(responded_date - 15), null
        ) as panel_date,
        -- One target date in three hundred is a day out.
        if(
            procedure = 'statutory' and stage = 'stage_1' and not is_extended
            and not has_later_clock and draw(about || 'target', 3) = 0,
            written_day(due_days.day + if(draw(about || 'wrong target', 300) = 0, 1, 0)),
            null
        ) as target_date,
        if(
            fault = 'responded_before_received',
            written_day(received_date - 5),
            written_day(responded_date)
        ) as responded_date,
        case
            when fault = 'outcome_unknown' then 'Filed'
            when responded_date is null then null
            when stage = 'ombudsman'
                then one_of(about || 'outcome', [
                    'Upheld', 'Upheld', 'Not upheld', 'Closed after initial enquiries',
                    'Referred back', 'Advice given', 'Incomplete or invalid'
                ])
            else one_of(about || 'outcome', [
                'Upheld', 'Upheld', 'Upheld', 'Partly upheld', 'Part upheld', 'Partially upheld',
                'Upheld in part', 'Not upheld', 'Not upheld', 'not_upheld', 'Not Upheld',
                'No finding', 'Withdrawn'
            ])
        end as outcome,
        case
            when fault = 'team_missing' then null
            when copy = 'conflict' then 'Court Team'
            when procedure = 'statutory'
                then one_of(case_number || 'team', [
                    'Children in Need', 'Assessments', 'Looked After Children', 'Early Help',
                    'Leaving Care', 'Child Protection & Proceedings',
                    'Fostering & Children''s Placement', 'Children with Disabilities',
                    'Adoption Support', 'Youth Offending'
                ])
            else one_of(case_number || 'team', [
                'School Admissions', 'SEN Assessment', 'Home to School Transport',
                'Children''s Centres', 'Fostering Recruitment', 'Information Governance',
                'Court Team'
            ])
        end as service_team,
        one_of(about || 'reasons', [
            'Communication', 'Communication;Delays', 'Delays', 'Staff Conduct',
            'Quality of Assessment', 'Contact Arrangements;Communication', 'Placement',
            'Decision Disputed;Communication;Delays', 'Poor Case Management', null
        ]) as reasons,
        case
            when fault = 'legal_basis_unknown' then 's999'
            when procedure = 'statutory'
                then one_of(case_number || 'basis', ['s17', 's17', 's20', 's22', 's24', null])
            else one_of(case_number || 'basis', ['send', 'data_protection', 'other', null])
        end as legal_basis,
        one_of(case_number || 'complainant', ['parent', 'parent', 'child', 'carer', 'advocate'])
            as complainant_type,
        one_of(case_number || 'age', ['0-4', '5-9', '10-15', '16-17', '18+', null]) as age_band,
        one_of(case_number || 'gender', ['female', 'male', null]) as gender,
        one_of(case_number || 'ethnicity', [
            'White', 'White', 'Black, African, Caribbean or Black British',
            'Asian or Asian British', 'Mixed or multiple ethnic groups', 'Other ethnic group', null
        ]) as ethnicity,
        one_of(case_number || 'disability', ['no', 'no', 'yes', null]) as disability,
        one_of(case_number || 'orientation', [null, null, 'heterosexual', 'prefer not to say'])
            as sexual_orientation,
        one_of(case_number || 'advocate', ['no', 'no', 'yes', null]) as advocate,
        if(
            draw(about || 'learning', 4) = 0 and responded_date is not null,
            'A change of worker is announced in writing; note ' || draw(about || 'note', 10000)
            || ', with a contact for the meantime.',
            null
        ) as learning,
        if(
            draw(about || 'saved', 100) < 95 or copy = 'superseded',
            written_day(
                least(last_changed_day, getvariable('as_of_day'))
                - if(copy = 'superseded', 1, 0)
            ) || printf(' %02d:%02d', 8 + draw(about || 'hour', 10), draw(about || 'minute', 60)),
            null
        ) as last_updated
    from records
    left join calendar as received_days on records.received_date = received_days.day
    left join calendar as due_days
        on
            received_days.working_day_number + 10 = due_days.working_day_number
            and due_days.is_working_day
),

numbered as (
    select
        row_number() over (order by case_number, place, copy desc) as position,
        * exclude (case_number, place, copy)
    from written
)

select *
from numbered
where position <= getvariable('wanted_rows')
order by position;
