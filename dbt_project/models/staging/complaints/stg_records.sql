with

records as (

    select * from {{ source('raw', 'records') }}

),

deliveries as (

    select * from {{ ref('stg_deliveries') }}

),

final as (

    select
        records.record_id,
        records.source,
        records.first_delivery,
        coalesce(deliveries.reading, 0) as reading,
        records.field_count,
        records.header_field_count,
    {% for column in layout_columns() %}
        records.{{ column }}{{ ',' if not loop.last }}
    {% endfor %}
    from records
    left join deliveries on records.first_delivery = deliveries.delivery_number

)

select * from final
