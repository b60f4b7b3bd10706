"""The Great Expectations suites: every validation rule, declared once in the yml files here."""
