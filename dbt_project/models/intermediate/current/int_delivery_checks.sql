-- What the door asks of each delivery that has not passed it, beside the last one of its source and
-- dataset: one row per question, with a figure and its limit. The evidence names columns,
-- files, orders and counts, no value.
{{ config(materialized='view') }}

with

sides as (

    select * from {{ ref('int_delivery_sides') }}

),

checks as (

    select * from {{ ref('int_delivery_shape_checks') }}
    union all
    select * from {{ ref('int_delivery_value_checks') }}
    union all
    select * from {{ ref('int_delivery_text_checks') }}

),

final as (

    select
        checks.delivery_number || '|' || checks.asked || '|' || checks.subject as record_id,
        sides.source,
        sides.dataset,
        coalesce(sides.last_delivery, 0) as last_delivery,
        checks.delivery_number,
        checks.asked,
        checks.subject,
        checks.figure,
        checks.figure_limit,
        checks.extent,
        checks.evidence
    from checks
    inner join sides on checks.delivery_number = sides.delivery_number and sides.is_now

)

select * from final
