"""The ground floor: settings, clock, errors, the store, the log of runs, rights, backup."""
