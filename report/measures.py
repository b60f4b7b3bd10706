"""What the measures of a stage have to do with each other, in every period and procedure."""

# A whole, and parts that exclude each other and add up to it.
SUMS_OF_A_STAGE = (
    ("received", ("in_sla", "late", "open_in_time", "open_overdue", "not_applicable")),
    ("received", ("eligible", "withdrawn")),
    (
        "received",
        (
            "in_sla_from_request",
            "late_from_request",
            "open_in_time_from_request",
            "open_overdue_from_request",
            "not_applicable",
        ),
    ),
    ("in_sla", ("in_sla_basic", "in_sla_extended")),
    ("upheld", ("fully_upheld", "partially_upheld")),
    ("due", ("in_sla", "late", "open_overdue")),
)

# The same number under two names: a row of the breakdown by outcome, and a measure of the stage.
OUTCOME_MEASURES = {"upheld": "fully_upheld", "partially_upheld": "partially_upheld"}
