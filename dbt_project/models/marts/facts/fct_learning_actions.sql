with

learning_actions as (

    {{ loaded_rows('stg_learning_actions') }}

),

quarters as (

    select distinct
        financial_quarter,
        quarter_end_date
    from {{ ref('int_calendar') }}

),

as_of_day as (

    select *
    from {{ ref('stg_run') }}

),

final as (

    select
        learning_actions.source,
        learning_actions.theme,
        learning_actions.action,
        learning_actions.owner_role,
        learning_actions.due_quarter,
        quarters.quarter_end_date as due_date,
        learning_actions.status,
        learning_actions.evidence,
        -- a quarter beyond the calendar has not ended
        learning_actions.status not in ('done', 'dropped')
        and coalesce(quarters.quarter_end_date < as_of_day.as_of_day, false) as is_overdue,
        learning_actions.file_name as source_file,
        learning_actions.row_number as source_row
    from learning_actions
    cross join as_of_day
    left join quarters
        on learning_actions.due_quarter = quarters.financial_quarter

)

select *
from final
