-- What the newest night counted is what the rules say of now.
with

publication as (

    select as_of_day
    from {{ ref('dq_publication') }}

),

rules as (

    select
        rule_code,
        rows_failing
    from {{ ref('dq_rules') }}
    where rows_failing > 0

),

counted as (

    select
        trends.rule_code,
        cast(
            sum(if(trends.severity = 'error', trends.rows_held_back, trends.rows_warned)) as bigint
        ) as rows_failing
    from {{ ref('dq_trends') }} as trends
    inner join publication on trends.as_of_day = publication.as_of_day
    group by trends.rule_code
    having rows_failing > 0

),

final as (

    {{ rows_in_one_only('rules', 'counted') }}

)

select * from final
