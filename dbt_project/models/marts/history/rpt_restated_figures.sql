{%- set breakdowns = {
    '': "''",
    'service_team': "coalesce(service_team, '')",
    'outcome': "coalesce(outcome, 'none')"
} -%}

with

restated as (

    select * from {{ ref('int_restated_stages') }}

),

releases as (

    select * from {{ ref('stg_releases') }}

),

periods as (

    select * from {{ ref('int_periods') }}

),

-- What a stage counted for goes, what it counts for now comes.
moves as (

    {% for side, sign in [('before', -1), ('after', 1)] %}
        select
            release_number,
            cause,
            procedure_{{ side }} as procedure,
            stage,
            financial_quarter_{{ side }} as financial_quarter,
            service_team_{{ side }} as service_team,
            {% for measure in measures().split() %}
                if(is_{{ measure }}_{{ side }}, {{ sign }}, 0) as {{ measure }},
            {% endfor %}
            outcome_{{ side }} as outcome
        from restated
        where is_counted_{{ side }}
        {% if not loop.last %}
            union all

        {% endif %}
    {% endfor %}
),

changes as (

    {% for breakdown, value in breakdowns.items() %}
        select
            moves.release_number,
            periods.period,
            moves.procedure,
            moves.stage,
            '{{ breakdown }}' as breakdown,
            {{ value }} as value,
            moves.cause,
            {{ sum_measures(measures(), 'moves') }}
        from moves
        inner join periods on moves.financial_quarter = periods.financial_quarter
        group by all
        {% if not loop.last %}
            union all

        {% endif %}
    {% endfor %}
),

figures as (

    select *
    from (
        {{ rows_of_columns(
            'changes',
            [
                'release_number', 'period', 'procedure', 'stage', 'breakdown', 'value', 'cause'
            ],
            measures().split(),
            'measure',
            'change'
        ) }}
    )
    where
        change <> 0
        and (
            breakdown = ''
            or measure in {{ quoted_names(breakdown_measures()) }}
        )

),

counted as (

    {{ rows_of_columns(
        ref('int_period_measures'),
        ['period', 'procedure', 'stage', "'' as breakdown", "'' as value"],
        measures().split(),
        'measure',
        'counted'
    ) }}
    union all
    select *
    from (
        {{ rows_of_columns(
            ref('int_period_breakdowns'),
            ['period', 'procedure', 'stage', 'breakdown', 'value'],
            breakdown_measures().split(),
            'measure',
            'counted'
        ) }}
    )
    where breakdown in ('service_team', 'outcome')

),

final as (

    select
        releases.release,
        figures.period,
        figures.procedure,
        figures.stage,
        figures.breakdown,
        figures.value,
        figures.measure,
        cast(
            coalesce(counted.counted, 0)
            - sum(figures.change) over (
                partition by
                    figures.release_number,
                    figures.period,
                    figures.procedure,
                    figures.stage,
                    figures.breakdown,
                    figures.value,
                    figures.measure
            ) as bigint
        ) as counted_before,
        coalesce(counted.counted, 0) as counted_after,
        figures.cause,
        figures.change
    from figures
    inner join releases on figures.release_number = releases.release_number
    left join counted
        on
            figures.period = counted.period
            and figures.procedure = counted.procedure
            and figures.stage = counted.stage
            and figures.breakdown = counted.breakdown
            and figures.value = counted.value
            and figures.measure = counted.measure

)

select * from final
