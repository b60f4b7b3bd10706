-- contact_key is what two rows may not share: the reference, or of a counted group what it counts.
-- A row without either is one contact, and counts as often as it is delivered.
{{ typed_input(
    'contacts',
    texts=['team', 'reason', 'reference'],
    codes={'type': 'contact_type'},
    dates=['received_date', 'due_date', 'answered_date'],
    wholes=['number', 'in_time'],
    periods=['period'],
    more=[
        "coalesce(received_date_text, period_text) as received_text",
        "coalesce(in_time > case when number_text is null then 1 else number end, false)
            as has_too_many_in_time",
        "coalesce(
            reference,
            case
                when number_text is not null
                    then concat_ws('|', received_date_text, period, type_text, team, reason)
            end
        ) as contact_key"
    ]
) }}
