{%- set measures = [
    'received', 'in_sla', 'in_sla_basic', 'in_sla_extended', 'late', 'upheld', 'fully_upheld',
    'partially_upheld'
] -%}
{%- set sla_measures = ['in_sla', 'in_sla_basic', 'in_sla_extended', 'late'] -%}

with

period_measures as (

    select * from {{ ref('int_period_measures') }}

),

-- What paper reports printed, and what was released since by the warehouse itself.
all_figures as (

    select
        report,
        section,
        period,
        procedure,
        stage,
        measure,
        unit,
        cast(printed as bigint) as printed
    from {{ ref('stg_published_figures') }}

    union all

    select
        releases.release as report,
        '' as section,
        figures.period,
        figures.procedure,
        figures.stage,
        figures.measure,
        'count' as unit,
        figures.counted as printed
    from {{ ref('stg_released_figures') }} as figures
    inner join {{ ref('stg_releases') }} as releases
        on figures.release_number = releases.release_number
    where
        not figures.is_hidden
        and figures.breakdown = ''
        and figures.stage != 'all'
        and figures.measure in {{ quoted_names(measures | join(' ')) }}

),

printed_figures as (

    select
        report,
        section,
        period,
        procedure,
        stage,
        measure,
        unit,
        printed,
        row_number() over (
            order by report, section, period, procedure, stage, measure, unit
        ) as figure_number,
        {{ matches_replaced('measure', '_change_on_(quarter|year)\\z', '') }} as level_measure,
        nullif({{ matched_part('measure', '_change_on_(quarter|year)\\z', 1) }}, '')
            as compared_with
    from all_figures

),

-- all that were received, and those less the withdrawn, who are neither in time nor late nor upheld
wholes as (

    {% for denominator in ['received', 'eligible'] %}
        select
            period,
            period_length,
            previous_period,
            same_period_last_year,
            procedure,
            stage,
            has_time_limit,
            '{{ denominator }}' as denominator,
            {% for measure in measures %}
                {{ denominator if measure == 'received' else measure }} as {{ measure }},
            {% endfor %}
            {{ denominator }} as whole
        from period_measures
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

),

-- every measure over both
counted as (

    {{ rows_of_columns(
        'wholes',
        [
            'period', 'period_length', 'previous_period', 'same_period_last_year', 'procedure',
            'stage', 'has_time_limit', 'denominator', 'whole'
        ],
        measures,
        'measure',
        'counted'
    ) }}

),

counts as (

    select
        *,
        has_time_limit or measure not in {{ quoted_names(sla_measures | join(' ')) }} as has_rate
    from counted

),

compared as (

    select
        printed_figures.figure_number,
        printed_figures.unit,
        printed_figures.compared_with,
        counts.denominator,
        counts.counted,
        counts.whole,
        counts.has_rate,
        base_counts.period as base_period,
        base_counts.counted as base_counted,
        base_counts.whole as base_whole
    from printed_figures
    inner join counts
        on
            printed_figures.period = counts.period
            and printed_figures.procedure = counts.procedure
            and printed_figures.stage = counts.stage
            and printed_figures.level_measure = counts.measure
    left join counts as base_counts
        on
            counts.procedure = base_counts.procedure
            and counts.stage = base_counts.stage
            and counts.measure = base_counts.measure
            and counts.denominator = base_counts.denominator
            and base_counts.period = case
                when printed_figures.compared_with = 'year' then counts.same_period_last_year
                when printed_figures.compared_with = 'quarter' and counts.period_length = 'quarter'
                    then counts.previous_period
            end
    where printed_figures.compared_with is null or base_counts.period is not null

),

-- each figure is one fraction of whole numbers in the printed unit
fractions as (

    select
        *,
        case
            when unit = 'count' and compared_with is null then counted
            when unit = 'count' then counted - base_counted
            when unit = 'percent' and compared_with is null then 100 * counted
            when unit = 'percent' then 100 * (counted - base_counted)
            when unit = 'percentage_points' then 100 * (counted * base_whole - base_counted * whole)
        end as numerator,
        case
            when unit = 'count' then 1
            when unit = 'percent' and compared_with is not null then base_counted
            when not has_rate then 0
            when unit = 'percent' then whole
            when unit = 'percentage_points' then whole * base_whole
        end as divisor
    from compared

),

computed as (

    select
        figure_number,
        base_period,
        denominator,
        coalesce(base_counted, whole) as attainable_over,
        {{ rate('numerator', 'divisor') }} as computed,
        {{ rounded_fraction('numerator', 'divisor') }} as rounded
    from fractions

),

judged as (

    select
        printed_figures.*,
        over_received.base_period,
        over_received.computed,
        over_eligible.computed as computed_excluding_withdrawn,
        case
            when over_received.figure_number is null then null
            when over_received.rounded = printed_figures.printed then 'matches'
            when over_eligible.rounded = printed_figures.printed then 'matches_excluding_withdrawn'
            else 'differs'
        end as agreement,
        case
            when printed_figures.unit = 'percent'
                then
                    {{ is_attainable_percentage(
                        'printed_figures.printed',
                        'over_received.attainable_over',
                        'printed_figures.compared_with is not null'
                    ) }}
        end as attainable,
        concat(
            printed_figures.section,
            ': ',
            printed_figures.printed,
            case printed_figures.unit
                when 'percent' then '%' when 'percentage_points' then ' points' else ''
            end
        ) as printed_text
    from printed_figures
    left join computed as over_received
        on
            printed_figures.figure_number = over_received.figure_number
            and over_received.denominator = 'received'
    left join computed as over_eligible
        on
            printed_figures.figure_number = over_eligible.figure_number
            and over_eligible.denominator = 'eligible'

),

same_cell_contradictions as (

    select
        judged.figure_number,
        others.printed_text,
        others.agreement
    from judged
    inner join judged as others
        on
            judged.report = others.report
            and judged.period = others.period
            and judged.procedure = others.procedure
            and judged.stage = others.stage
            and judged.measure = others.measure
            and judged.unit = others.unit
            and judged.printed != others.printed

),

-- what the printed levels say about a printed change that the warehouse cannot confirm
implied_changes as (

    select
        judged.figure_number,
        judged.unit,
        judged.printed,
        levels.printed_text,
        levels.agreement,
        levels.printed - base_levels.printed as implied_difference,
        {{ rounded_fraction(
            '(100 * (levels.printed - base_levels.printed))', 'base_levels.printed'
        ) }} as implied_percent
    from judged
    inner join judged as levels
        on
            judged.report = levels.report
            and judged.period = levels.period
            and judged.procedure = levels.procedure
            and judged.stage = levels.stage
            and judged.level_measure = levels.measure
            and levels.unit = case judged.unit
                when 'percentage_points' then 'percent' else 'count'
            end
    inner join judged as base_levels
        on
            judged.report = base_levels.report
            and judged.base_period = base_levels.period
            and levels.procedure = base_levels.procedure
            and levels.stage = base_levels.stage
            and levels.measure = base_levels.measure
            and levels.unit = base_levels.unit
    where
        judged.agreement = 'differs'
        and judged.compared_with is not null

),

-- two rounded shares may be one point further apart, or closer, than the shares themselves
change_contradictions as (

    select
        figure_number,
        printed_text,
        agreement
    from implied_changes
    where
        case unit
            when 'percentage_points' then abs(implied_difference - printed) > 1
            when 'percent' then implied_percent != printed
            else implied_difference != printed
        end

),

contradictions as (

    select * from same_cell_contradictions

    union all

    select * from change_contradictions

),

-- of several contradicting rows the one that the warehouse confirms is named
named_contradictions as (

    select
        figure_number,
        printed_text as contradicts,
        row_number() over (
            partition by figure_number
            order by
                case agreement
                    when 'matches' then 1 when 'matches_excluding_withdrawn' then 2 else 3
                end,
                printed_text
        ) as preference
    from contradictions

),

final as (

    select
        judged.report,
        judged.section,
        judged.period,
        judged.procedure,
        judged.stage,
        judged.measure,
        judged.unit,
        judged.printed,
        judged.computed,
        judged.computed_excluding_withdrawn,
        judged.agreement,
        judged.attainable,
        named_contradictions.contradicts
    from judged
    left join named_contradictions
        on
            judged.figure_number = named_contradictions.figure_number
            and named_contradictions.preference = 1

)

select * from final
