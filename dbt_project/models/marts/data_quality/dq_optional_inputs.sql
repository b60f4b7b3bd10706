with

findings as (

    select * from {{ ref('int_findings') }}
    where dataset <> 'complaints'

),

rules as (

    select * from {{ ref('stg_rules') }}

),

delivered_rows as (

    select * from {{ ref('stg_delivered_rows') }}

),

places as (

    select
        record_id,
        min_by(source, file_position) as source,
        min_by(file_name, file_position) as file_name,
        min_by(row_number, file_position) as row_number
    from delivered_rows
    group by record_id

),

final as (

    select
        places.file_name,
        places.row_number,
        places.source,
        findings.dataset,
        rules.rule_code,
        rules.severity,
        rules.description,
        rules.remedy,
        rules.position
    from findings
    inner join rules on findings.rule_code = rules.rule_code
    inner join places on findings.record_id = places.record_id

)

select * from final
