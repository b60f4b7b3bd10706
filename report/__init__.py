"""The committee's report: built once as data, printed for a profile, rendered in three forms."""
