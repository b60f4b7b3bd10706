-- What a rule counts is what the quarantine names it for, or what the warnings list.
with

rules as (

    select
        rule_code,
        rows_failing
    from {{ ref('dq_rules') }}
    where rows_failing > 0

),

named as (

    select {{ row_for_each("split(rule_codes, ',')") }} as rule_code
    from {{ ref('dq_quarantine') }}

    union all

    select rule_code from {{ ref('dq_warnings') }}

),

counted as (

    select
        rule_code,
        count(*) as rows_failing
    from named
    group by rule_code

),

final as (

    {{ rows_in_one_only('rules', 'counted') }}

)

select * from final
