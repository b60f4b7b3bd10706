{{ typed_input(
    'team_changes',
    texts=['old_team', 'new_team'],
    dates=['change_date'],
    more=['nullif(new_team, old_team) as changed_team']
) }}
