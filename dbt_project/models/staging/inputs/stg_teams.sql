{{ typed_input('teams', texts=['team', 'directorate'], dates=['valid_from', 'valid_to']) }}
