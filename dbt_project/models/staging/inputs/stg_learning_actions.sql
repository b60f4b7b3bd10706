-- …_text is what was written, the plain name what it reads as.
with

delivered as (

    {{ delivered_input('learning_actions') }}

),

typed as (

    select
        record_id,
        source,
        field_count,
        header_field_count,
        theme,
        action,
        owner_role,
        due_quarter as due_quarter_text,
        {{ read_financial_quarter('due_quarter') }} as due_quarter,
        status as status_text,
        case {{ matched_form('status') }}
            when 'not started' then 'not_started'
            when 'in progress' then 'in_progress'
            when 'done' then 'done'
            when 'dropped' then 'dropped'
        end as status,
        evidence,
        file_name,
        row_number
    from delivered

),

final as (

    select
        *,
        {{ is_repeat([
            'theme', 'action', 'owner_role',
            'coalesce(due_quarter, due_quarter_text)', 'coalesce(status, status_text)', 'evidence'
        ]) }} as is_duplicate
    from typed

)

select * from final
