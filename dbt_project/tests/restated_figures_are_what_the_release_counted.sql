-- What a release counted is counted again from the stages kept with it: the causes must add up to
-- just that, for every figure of every period that is known still.
with

counted as (

    {% for measure in measures().split() %}
        select
            flags.release_number,
            periods.period,
            flags.procedure,
            flags.stage,
            '{{ measure }}' as measure,
            {{ count_where('flags.is_' ~ measure) }} as counted
        from {{ ref('int_released_flags') }} as flags
        inner join {{ ref('int_periods') }} as periods
            on flags.financial_quarter = periods.financial_quarter
        where not flags.is_held
        group by flags.release_number, periods.period, flags.procedure, flags.stage
        {% if not loop.last %}
            union all

        {% endif %}
    {% endfor %}
),

then_counted as (

    select
        releases.release,
        counted.*
    from counted
    inner join {{ ref('stg_releases') }} as releases
        on counted.release_number = releases.release_number

),

restated as (

    select
        release,
        period,
        procedure,
        stage,
        measure,
        counted_before,
        counted_after,
        sum(change) as change
    from {{ ref('rpt_restated_figures') }}
    where breakdown = ''
    group by release, period, procedure, stage, measure, counted_before, counted_after

),

now_counted as (

    {% for measure in measures().split() %}
        select
            period,
            procedure,
            stage,
            '{{ measure }}' as measure,
            {{ measure }} as counted
        from {{ ref('int_period_measures') }}
        {% if not loop.last %}
            union all

        {% endif %}
    {% endfor %}
),

final as (

    select
        then_counted.release,
        then_counted.period,
        then_counted.procedure,
        then_counted.stage,
        then_counted.measure,
        then_counted.counted,
        now_counted.counted as counted_now,
        restated.change
    from then_counted
    left join now_counted
        on
            then_counted.period = now_counted.period
            and then_counted.procedure = now_counted.procedure
            and then_counted.stage = now_counted.stage
            and then_counted.measure = now_counted.measure
    left join restated
        on
            then_counted.release = restated.release
            and then_counted.period = restated.period
            and then_counted.procedure = restated.procedure
            and then_counted.stage = restated.stage
            and then_counted.measure = restated.measure
    where
        then_counted.counted + coalesce(restated.change, 0) <> coalesce(now_counted.counted, 0)
        or restated.counted_before <> then_counted.counted

)

select * from final
