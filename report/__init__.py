"""The committee's report: built once as data, printed for a profile, rendered in three forms."""

PROFILES = ("committee", "internal", "publication")
FORMATS = ("html", "docx", "pdf", "json")
