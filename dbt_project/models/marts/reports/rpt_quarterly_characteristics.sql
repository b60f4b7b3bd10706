{#- From the finest to the coarsest; what is small in one is counted in the next. -#}
{%- set lengths = {
    'quarter': 'period',
    'half_year': "left(period, 7) || if(right(period, 1) in ('1', '2'), ' H1', ' H2')",
    'year': 'left(period, 7)',
} -%}
{%- set group_of_period = 'period, procedure, stage, characteristic' -%}

with

quarters as (

    select
        counted.*,
        run.report_threshold as most_of_small
    from {{ ref('int_period_characteristics') }} as counted
    cross join {{ ref('stg_run') }} as run
    where counted.period_length = 'quarter' and counted.complaints > 0

),

counted as (

    {% for length, period in lengths.items() %}
        select
            '{{ length }}' as period_length,
            {{ period }} as period,
            left(period, 7) as financial_year,
            procedure,
            stage,
            characteristic,
            value,
            most_of_small,
            sum(complaints) as complaints
        from quarters
        group by all
        {{ "union all" if not loop.last }}
    {% endfor %}

),

-- Who reads the facts can name the cases of a period and stage. So what is counted of them must be
-- more than a few, and must not be the same of all.
judged as (

    select
        *,
        min(complaints) over (partition by {{ group_of_period }}) > most_of_small
        and (
            count(*) over (partition by {{ group_of_period }}) > 1 or value = 'Not recorded'
        ) as is_shown,
        sum(complaints) over (
            partition by {{ group_of_period }}
            order by complaints, value
            rows between unbounded preceding and 1 preceding
        ) as complaints_of_rarer
    from counted

),

finest as (

    select
        *,
        case
            {% for length in (lengths | list)[:-1] %}
                when
                    bool_and(is_shown or period_length != '{{ length }}') over (
                        partition by financial_year, procedure, stage, characteristic
                    )
                    then '{{ length }}'
            {% endfor %}
            else '{{ lengths | list | last }}'
        end as finest_length
    from judged

),

-- A count that is small in the year too is shown together with the next larger ones, until they are
-- more than a few, so that none of them is what is left of the total.
final as (

    select
        period,
        period_length,
        if(period_length = 'quarter', period, null) as financial_quarter,
        procedure,
        stage,
        {{ procedure_stage() }} as procedure_stage,
        characteristic,
        case
            when
                is_shown
                or (complaints > most_of_small and complaints_of_rarer > most_of_small)
                then value
            else 'Other values'
        end as value,
        cast(sum(complaints) as bigint) as complaints
    from finest
    where period_length = finest_length
    group by all

)

select * from final
