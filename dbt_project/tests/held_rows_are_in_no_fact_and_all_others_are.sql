-- The quarantine and the facts share no row, and together they are all current records.
with

current_records as (

    select record_id from {{ ref('int_current_records') }}
    where not is_superseded

),

shown as (

    select record_id from {{ ref('dq_quarantine') }}

    union all

    select record_id from {{ ref('fct_complaint_stages') }}

),

final as (

    {{ rows_in_one_only('current_records', 'shown') }}

)

select * from final
