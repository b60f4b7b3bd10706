{#- The records of an optional input that its newest delivery holds, each with its place there. -#}
{% macro delivered_input(dataset) -%}
    select
        records.*,
        places.file_name,
        places.row_number,
        coalesce(deliveries.reading, 0) as reading
    from {{ source('inputs', dataset ~ '_records') }} as records
    inner join (
        select
            record_id,
            min_by(file_name, file_position) as file_name,
            min_by(row_number, file_position) as row_number
        from {{ ref('stg_delivered_rows') }}
        where dataset = '{{ dataset }}'
        group by record_id
    ) as places on records.record_id = places.record_id
    left join {{ ref('stg_deliveries') }} as deliveries
        on records.first_delivery = deliveries.delivery_number
{%- endmacro %}


{#- The rows of a typed input that no rule holds back. -#}
{% macro loaded_rows(model) -%}
    select * from {{ ref(model) }} as typed
    where
        not exists (
            select 1 from {{ ref('int_findings') }} as findings
            where findings.is_holding and findings.record_id = typed.record_id
        )
{%- endmacro %}
