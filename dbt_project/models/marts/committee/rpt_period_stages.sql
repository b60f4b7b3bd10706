with

period_measures as (

    select * from {{ ref('int_period_measures') }}

),

yes_spellings as (

    select * from {{ ref('stg_synonyms') }}
    where field = 'extension_agreed' and value = 'yes'

),

-- an advocate is recorded with a yes in whatever spelling the exports use for one
with_advocate as (

    select
        breakdowns.period,
        breakdowns.procedure,
        breakdowns.stage,
        sum(breakdowns.received) as with_advocate
    from {{ ref('int_period_breakdowns') }} as breakdowns
    inner join yes_spellings
        on {{ matched_form('breakdowns.value') }} = yes_spellings.written
    where breakdowns.breakdown = 'advocate'
    group by breakdowns.period, breakdowns.procedure, breakdowns.stage

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
        period_measures.held_back,
        cast(coalesce(with_advocate.with_advocate, 0) as bigint) as with_advocate
    from period_measures
    left join with_advocate
        on
            period_measures.period = with_advocate.period
            and period_measures.procedure = with_advocate.procedure
            and period_measures.stage = with_advocate.stage

)

select * from final
