-- A figure that was never anything but 0 is not here.
with

run as (

    select * from {{ ref('stg_run') }}

),

-- What an earlier run of the same day published is replaced by what this one does.
published as (

    select history.* from {{ ref('stg_figure_history') }} as history
    cross join run
    where history.as_of_day < run.as_of_day

),

last_published as (

    select
        financial_quarter,
        procedure,
        stage,
        measure,
        max_by(counted, as_of_day) as counted
    from published
    group by financial_quarter, procedure, stage, measure

),

counted as (

    {% for measure in measures().split() %}
        select
            period as financial_quarter,
            procedure,
            stage,
            '{{ measure }}' as measure,
            {{ measure }} as counted
        from {{ ref('int_period_measures') }}
        where period_length = 'quarter'
        {% if not loop.last %}
            union all

        {% endif %}
    {% endfor %}
),

final as (

    select
        financial_quarter,
        procedure,
        stage,
        measure,
        as_of_day,
        counted
    from published

    union all

    select
        coalesce(counted.financial_quarter, last_published.financial_quarter) as financial_quarter,
        coalesce(counted.procedure, last_published.procedure) as procedure,
        coalesce(counted.stage, last_published.stage) as stage,
        coalesce(counted.measure, last_published.measure) as measure,
        run.as_of_day,
        coalesce(counted.counted, 0) as counted
    from counted
    full outer join last_published
        on
            counted.financial_quarter = last_published.financial_quarter
            and counted.procedure = last_published.procedure
            and counted.stage = last_published.stage
            and counted.measure = last_published.measure
    cross join run
    where coalesce(counted.counted, 0) <> coalesce(last_published.counted, 0)

)

select * from final
