with

periods as (

    {{ reported_periods() }}

),

remedies as (

    select * from {{ ref('fct_remedies') }}

),

final as (

    select
        periods.period,
        periods.period_length,
        remedies.remedy_type,
        count(*) as remedies,
        count(remedies.paid_date) as paid,
        count(remedies.amount) as with_amount,
        count(case when remedies.paid_date is not null then remedies.amount end)
            as with_amount_paid,
        sum(remedies.amount) as amount,
        sum(case when remedies.paid_date is not null then remedies.amount end) as amount_paid
    from remedies
    inner join periods
        on remedies.agreed_date between periods.period_start_date and periods.period_end_date
    group by periods.period, periods.period_length, remedies.remedy_type

)

select * from final
