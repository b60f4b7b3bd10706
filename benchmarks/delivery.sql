-- A made-up delivery of any size. Every choice is drawn from a hash of what it is about, so a size
-- always gives the same rows. Realistic in what costs time: 1 to 4 stages a case, both procedures,
-- 2010 to the as-of day.
-- Variables: wanted_rows, rows_per_fault, as_of_day. Result: export_rows, all text.

create macro draw(about, choices) as (hash(about) % choices)::integer;

create macro one_of(about, choices) as choices[1 + draw(about, len(choices))];

create macro written(day) as strftime(day, '%d/%m/%Y');

-- How far each complaint goes: most end at stage 1.
create table cases as
select
    range as case_number,
    if(draw(range || 'procedure', 100) < 45, 'statutory', 'corporate') as procedure,
    draw(range || 'depth', 100) as depth,
    date '2010-01-04' + draw(range || 'day', getvariable('as_of_day') - date '2010-01-03')
        as first_day,
    if(
        procedure = 'statutory',
        ['stage_1', 'stage_2', 'stage_3', 'ombudsman'][
            :1 + (depth >= 80)::integer + (depth >= 93)::integer + (depth >= 98)::integer
        ],
        ['stage_1', 'stage_2', 'ombudsman'][:1 + (depth >= 82)::integer + (depth >= 96)::integer]
    ) as stages
from range(getvariable('wanted_rows'));

create table stages as
with

case_stages as (
    select
        * exclude (stages),
        unnest(stages) as stage,
        generate_subscripts(stages, 1) as place
    from cases
),

answered as (
    select
        *,
        case_number || stage as about,
        case stage
            when 'stage_1' then 3 + draw(about || 'answer', 22)
            when 'stage_2' then 20 + draw(about || 'answer', 60)
            when 'stage_3' then 40 + draw(about || 'answer', 50)
            else 30 + draw(about || 'answer', 200)
        end as days_until_response,
        -- A stage is received some days after the response to the one before.
        first_day + coalesce(
            sum(days_until_response + 2 + draw(about || 'wait', 24)) over (
                partition by case_number order by place
                rows between unbounded preceding and 1 preceding
            ),
            0
        )::integer as received_date
    from case_stages
)

select
    * exclude (days_until_response),
    received_date + days_until_response as response_date,
    if(response_date <= getvariable('as_of_day'), response_date, null) as responded_date,
    procedure = 'statutory' and stage <> 'ombudsman' and draw(about || 'extension', 100) < 15
        as is_extended,
    procedure = 'statutory' and stage = 'stage_1' and draw(about || 'clock', 100) < 5
        as has_later_clock,
    [
        'case_reference_missing', 'procedure_unknown', 'stage_unknown', 'received_date_missing',
        'received_date_invalid', 'received_date_in_future', 'responded_before_received',
        'outcome_unknown', 'extension_unknown', 'legal_basis_unknown', 'other_date_invalid',
        'team_missing'
    ][1 + draw(about || 'fault', 12 * getvariable('rows_per_fault'))] as fault,
    unnest(coalesce(
        [
            ['original', 'duplicate'], ['original', 'conflict'], ['original', 'superseded']
        ][1 + draw(about || 'copies', 6 * getvariable('rows_per_fault'))],
        ['original']
    )) as copy
from answered
where received_date <= getvariable('as_of_day');

create table export_rows as
select
    row_number() over (order by case_number asc, place asc, copy desc) as position,
    if(fault = 'case_reference_missing', null, upper(procedure[:2]) || '-' || case_number)
        as case_reference,
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
        when 'received_date_in_future' then written(getvariable('as_of_day') + 30)
        else written(received_date)
    end as received_date,
    case
        when fault = 'other_date_invalid' then 'to follow'
        when has_later_clock and responded_date is not null then written(received_date + 3)
    end as clock_start_date,
    if(
        draw(about || 'acknowledged', 100) < 70 and responded_date is not null,
        written(received_date + 1 + draw(about || 'post', 3)),
        null
    ) as acknowledged_date,
    case
        when fault = 'extension_unknown' then 'perhaps'
        when is_extended then 'Yes'
        when draw(about || 'no extension', 2) = 0 then 'No'
    end as extension_agreed,
    if(stage = 'stage_3' and responded_date is not null, written(responded_date - 15), null)
        as panel_date,
    -- Ten working days on, in months without bank holidays.
    if(
        procedure = 'statutory' and stage = 'stage_1' and not is_extended and not has_later_clock
        and isodow(received_date) <= 5 and month(received_date) in (2, 6, 9, 10, 11),
        written(received_date + 14),
        null
    ) as target_date,
    if(fault = 'responded_before_received', written(received_date - 5), written(responded_date))
        as responded_date,
    case
        when fault = 'outcome_unknown' then 'Filed'
        when responded_date is null then null
        when stage = 'ombudsman'
            then one_of(about || 'outcome', [
                'Upheld', 'Upheld', 'Not upheld', 'Closed after initial enquiries',
                'Referred back', 'Advice given', 'Incomplete or invalid'
            ])
        else one_of(about || 'outcome', [
            'Upheld', 'Upheld', 'Partly upheld', 'Part upheld', 'Upheld in part', 'Not upheld',
            'not_upheld', 'Not Upheld', 'No finding', 'Withdrawn'
        ])
    end as outcome,
    case
        when fault = 'team_missing' then null
        when copy = 'conflict' then 'Court Team'
        when procedure = 'statutory'
            then one_of(case_number || 'team', [
                'Children in Need', 'Assessments', 'Looked After Children', 'Early Help',
                'Leaving Care', 'Child Protection & Proceedings', 'Children with Disabilities',
                'Fostering & Children''s Placement', 'Adoption Support', 'Youth Offending'
            ])
        else one_of(case_number || 'team', [
            'School Admissions', 'SEN Assessment', 'Home to School Transport',
            'Children''s Centres', 'Fostering Recruitment', 'Information Governance'
        ])
    end as service_team,
    one_of(about || 'reasons', [
        'Communication', 'Communication;Delays', 'Delays', 'Staff Conduct', 'Placement',
        'Quality of Assessment', 'Contact Arrangements;Communication', 'Poor Case Management',
        'Decision Disputed;Communication;Delays', null
    ]) as reasons,
    case
        when fault = 'legal_basis_unknown' then 's999'
        when procedure = 'statutory'
            then one_of(case_number || 'basis', ['s17', 's17', 's20', 's22', 's24', null])
        else one_of(case_number || 'basis', ['send', 'data_protection', 'other', null])
    end as legal_basis,
    one_of(case_number || 'complainant', ['parent', 'parent', 'child', 'carer', 'advocate'])
        as complainant_type,
    written(
        least(
            coalesce(responded_date, received_date) + draw(about || 'saved', 15),
            getvariable('as_of_day')
        ) - (copy = 'superseded')::integer
    ) || printf(' %02d:%02d', 8 + draw(about || 'hour', 10), draw(about || 'minute', 60))
        as last_updated
from stages
qualify position <= getvariable('wanted_rows')
order by position;
