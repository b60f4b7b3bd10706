with

period_measures as (

    select * from {{ ref('int_period_measures') }}

),

characteristics as (

    select * from {{ ref('rpt_period_characteristics') }}

),

yes_spellings as (

    select * from {{ ref('stg_synonyms') }}
    where field = 'extension_agreed' and value = 'yes'

),

-- an advocate is recorded with a yes in whatever spelling the exports use for one
with_advocate as (

    select
        characteristics.period,
        characteristics.procedure,
        characteristics.stage,
        sum(characteristics.complaints) as with_advocate
    from characteristics
    inner join yes_spellings
        on {{ matched_form('characteristics.value') }} = yes_spellings.written
    where characteristics.characteristic = 'advocate'
    group by all

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
        period_measures.received,
        period_measures.in_sla,
        period_measures.in_sla_basic,
        period_measures.in_sla_extended,
        period_measures.late,
        period_measures.open_in_time,
        period_measures.open_overdue,
        period_measures.not_applicable,
        period_measures.in_sla_from_request,
        period_measures.late_from_request,
        period_measures.open_in_time_from_request,
        period_measures.open_overdue_from_request,
        period_measures.upheld,
        period_measures.fully_upheld,
        period_measures.partially_upheld,
        period_measures.outcome_unknown,
        period_measures.without_outcome,
        period_measures.withdrawn,
        period_measures.eligible,
        period_measures.decided,
        period_measures.due,
        period_measures.extension_agreed,
        cast(coalesce(with_advocate.with_advocate, 0) as bigint) as with_advocate,
        period_measures.panel_in_time,
        period_measures.panel_late,
        period_measures.panel_open_in_time,
        period_measures.panel_open_overdue,
        period_measures.held_back
    from period_measures
    left join with_advocate
        on
            period_measures.period = with_advocate.period
            and period_measures.procedure = with_advocate.procedure
            and period_measures.stage = with_advocate.stage

)

select * from final
