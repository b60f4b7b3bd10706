{%- set status -%}
    case {{ matched_form('delivered.status') }}
        when 'not started' then 'not_started'
        when 'in progress' then 'in_progress'
        when 'done' then 'done'
        when 'dropped' then 'dropped'
    end
{%- endset -%}
{{ typed_input(
    'learning_actions',
    texts=['theme', 'action', 'owner_role', 'evidence'],
    reads={'due_quarter': read_financial_quarter('delivered.due_quarter'), 'status': status}
) }}
