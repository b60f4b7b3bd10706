with

printed_breakdowns as (

    select
        *,
        row_number() over (
            order by report, section, period, procedure, stage, breakdown, value
        ) as breakdown_number
    from {{ ref('stg_published_breakdowns') }}

),

known_periods as (

    select distinct period from {{ ref('int_periods') }}

),

counted as (

    select * from {{ ref('int_period_breakdowns') }}

),

totals as (

    select
        period,
        procedure,
        stage,
        breakdown,
        sum(received) as received,
        sum(in_sla) as in_sla,
        sum(upheld) as upheld
    from counted
    group by period, procedure, stage, breakdown

),

printed_totals as (

    select
        report,
        section,
        period,
        procedure,
        stage,
        breakdown,
        sum(received) as received,
        sum(in_sla) as in_sla,
        sum(upheld) as upheld
    from printed_breakdowns
    group by report, section, period, procedure, stage, breakdown

),

covered as (

    select
        {% for measure in ['received', 'in_sla', 'upheld'] %}
            {{ rate('printed_totals.' ~ measure, 'totals.' ~ measure) }}
                as {{ measure }}_covered_share,
        {% endfor %}
        printed_totals.report,
        printed_totals.section,
        printed_totals.period,
        printed_totals.procedure,
        printed_totals.stage,
        printed_totals.breakdown
    from printed_totals
    inner join totals
        on
            printed_totals.period = totals.period
            and printed_totals.procedure = totals.procedure
            and printed_totals.stage = totals.stage
            and printed_totals.breakdown = totals.breakdown

),

-- what the warehouse does not know in a period that it covers counts as none
computed as (

    select
        printed_breakdowns.*,
        coalesce(counted.received, 0) as computed_received,
        coalesce(counted.eligible, 0) as computed_excluding_withdrawn,
        coalesce(counted.in_sla, 0) as computed_in_sla,
        coalesce(counted.upheld, 0) as computed_upheld
    from printed_breakdowns
    inner join known_periods on printed_breakdowns.period = known_periods.period
    left join counted
        on
            printed_breakdowns.period = counted.period
            and printed_breakdowns.procedure = counted.procedure
            and printed_breakdowns.stage = counted.stage
            and printed_breakdowns.breakdown = counted.breakdown
            and printed_breakdowns.value = counted.value

),

-- a cell that the report leaves blank agrees with everything
judged as (

    select
        *,
        case
            when in_sla != computed_in_sla or upheld != computed_upheld then 'differs'
            when coalesce(received, computed_received) = computed_received then 'matches'
            when received = computed_excluding_withdrawn then 'matches_excluding_withdrawn'
            else 'differs'
        end as agreement
    from computed

),

contradictions as (

    select
        printed_breakdowns.breakdown_number,
        min(concat(
            others.section,
            ': ',
            case
                when printed_breakdowns.received != others.received then others.received
                when printed_breakdowns.in_sla != others.in_sla then others.in_sla
                else others.upheld
            end
        )) as contradicts
    from printed_breakdowns
    inner join printed_breakdowns as others
        on
            printed_breakdowns.report = others.report
            and printed_breakdowns.period = others.period
            and printed_breakdowns.procedure = others.procedure
            and printed_breakdowns.stage = others.stage
            and printed_breakdowns.breakdown = others.breakdown
            and printed_breakdowns.value = others.value
    where
        printed_breakdowns.received != others.received
        or printed_breakdowns.in_sla != others.in_sla
        or printed_breakdowns.upheld != others.upheld
    group by printed_breakdowns.breakdown_number

),

final as (

    select
        printed_breakdowns.report,
        printed_breakdowns.section,
        printed_breakdowns.period,
        printed_breakdowns.procedure,
        printed_breakdowns.stage,
        printed_breakdowns.breakdown,
        printed_breakdowns.value,
        printed_breakdowns.received,
        printed_breakdowns.in_sla,
        printed_breakdowns.upheld,
        judged.computed_received,
        judged.computed_in_sla,
        judged.computed_upheld,
        judged.computed_received as computed,
        judged.computed_excluding_withdrawn,
        judged.agreement,
        cast(null as boolean) as attainable,
        contradictions.contradicts,
        covered.received_covered_share,
        covered.in_sla_covered_share,
        covered.upheld_covered_share
    from printed_breakdowns
    left join judged on printed_breakdowns.breakdown_number = judged.breakdown_number
    left join contradictions
        on printed_breakdowns.breakdown_number = contradictions.breakdown_number
    left join covered
        on
            printed_breakdowns.report = covered.report
            and printed_breakdowns.section = covered.section
            and printed_breakdowns.period = covered.period
            and printed_breakdowns.procedure = covered.procedure
            and printed_breakdowns.stage = covered.stage
            and printed_breakdowns.breakdown = covered.breakdown

)

select * from final
