with

period_measures as (

    select * from {{ ref('int_period_measures') }}

),

final as (

    select
        period_measures.period,
        period_measures.period_length,
        period_measures.period_start_date,
        period_measures.period_end_date,
        period_measures.is_complete,
        period_measures.previous_period,
        period_measures.same_period_last_year,
        period_measures.procedure,
        period_measures.stage,
        period_measures.stage_number,
        period_measures.has_time_limit,
        {% for measure in measures().split() %}
            period_measures.{{ measure }},
        {% endfor %}
        period_measures.held_back
    from period_measures

)

select * from final
