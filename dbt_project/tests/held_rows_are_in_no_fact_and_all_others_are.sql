-- The quarantine and the facts share no row, and together they are all rows of the working store.
with

stage_rows as (

    select
        row_id,
        is_held
    from {{ source('raw', 'stage_rows') }}

),

complaint_stages as (

    select row_id from {{ ref('fct_complaint_stages') }}

),

final as (

    select
        coalesce(stage_rows.row_id, complaint_stages.row_id) as row_id,
        stage_rows.is_held
    from stage_rows
    full outer join complaint_stages on stage_rows.row_id = complaint_stages.row_id
    where coalesce(stage_rows.is_held, true) = (complaint_stages.row_id is not null)

)

select * from final
