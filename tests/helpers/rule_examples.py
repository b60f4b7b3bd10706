"""For every rule the smallest delivery that breaks it, and nothing else.

Each example is a list of rows of one case (the case reference is filled in by the test); the last
row is the one that fails, except where `failing` says otherwise. As at 27 November 2018.
"""

from typing import NamedTuple

Row = dict[str, str]

STAGE_1: Row = {
    "procedure": "statutory",
    "stage": "stage_1",
    "received_date": "2018-07-02",
    "responded_date": "2018-07-16",
    "outcome": "not_upheld",
    "service_team": "Assessments",
}
STAGE_2: Row = STAGE_1 | {
    "stage": "stage_2",
    "received_date": "2018-08-01",
    "responded_date": "2018-09-05",
}


class Example(NamedTuple):
    """The rows of a case, and how many of the last ones fail."""

    rows: list[Row]
    failing: int = 1


def one(**changed: str) -> Example:
    """Return a single stage 1 row with something changed."""
    return Example([STAGE_1 | changed])


EXAMPLES: dict[str, Example] = {
    "case_reference_missing": one(case_reference=""),
    "procedure_unknown": one(procedure="informal"),
    "stage_unknown": one(stage="stage 9"),
    "received_date_missing": one(received_date=""),
    "received_date_invalid": one(received_date="31/02/2018"),
    "received_date_in_future": one(received_date="2018-11-28", responded_date="", outcome=""),
    "responded_date_invalid": one(responded_date="1999-12-31", outcome=""),
    "responded_date_in_future": one(responded_date="2018-11-28"),
    "responded_before_received": one(responded_date="2018-07-01"),
    "clock_start_before_received": one(clock_start_date="2018-07-01"),
    "stage_not_in_procedure": one(procedure="corporate", stage="stage_3"),
    "stage_row_conflict": Example([STAGE_1, STAGE_1 | {"reasons": "Delays"}], failing=2),
    "stage_received_before_previous_stage": Example(
        [STAGE_1, STAGE_2 | {"received_date": "2018-07-01"}]
    ),
    "procedure_differs_within_case": Example([STAGE_1, STAGE_2 | {"procedure": "corporate"}]),
    "stage_without_previous_stage": Example([STAGE_2]),
    "stage_received_before_previous_response": Example(
        [STAGE_1, STAGE_2 | {"received_date": "2018-07-13"}]
    ),
    "escalated_after_time_limit": Example([STAGE_1, STAGE_2 | {"received_date": "2018-08-14"}]),
    "closed_without_outcome": one(outcome=""),
    "outcome_without_response": one(responded_date=""),
    "outcome_unknown": one(outcome="settled"),
    "extension_unknown": one(extension_agreed="perhaps"),
    "target_met_unknown": one(target_met="green"),
    "advocate_unknown": one(advocate="Ms Example"),
    "closed_date_unknown": one(responded_date="", outcome="", status="Case closed"),
    "status_unknown": one(responded_date="", outcome="", status="Withdrawn"),
    "legal_basis_unknown": one(legal_basis="s999"),
    "other_date_invalid": one(target_date="soon"),
    "clock_start_implausible": one(clock_start_date="2018-07-17"),
    "milestones_out_of_order": Example(
        [
            STAGE_1,
            STAGE_2 | {"adjudication_date": "2018-08-30", "statement_agreed_date": "2018-08-31"},
        ]
    ),
    "extension_date_without_extension": one(extension_agreed_date="2018-07-09"),
    "team_missing": one(service_team=""),
    "target_date_disagrees": one(target_date="2018-07-17"),
    "day_and_month_may_be_exchanged": one(received_date="08/01/2018", responded_date="2018-08-16"),
    "statutory_subject_logged_as_corporate": one(procedure="corporate", legal_basis="s20"),
    "corporate_subject_logged_as_statutory": one(legal_basis="send"),
}

# On the edge, but right: none of these may fail anything.
NEAR_MISSES: dict[str, Example] = {
    "received on the as-of day": one(received_date="2018-11-27", responded_date="", outcome=""),
    "received on the first day we take": one(received_date="2000-01-01"),
    "answered on the day of receipt": one(responded_date="2018-07-02"),
    "answered on the as-of day": one(responded_date="2018-11-27"),
    "clock starts on the day of receipt": one(clock_start_date="2018-07-02"),
    "clock starts on the day of the response": one(clock_start_date="2018-07-16"),
    "stage 2 received on the same day as stage 1": Example(
        [STAGE_1 | {"responded_date": "2018-07-02"}, STAGE_2 | {"received_date": "2018-07-02"}]
    ),
    "stage 2 received on the day of the response": Example(
        [STAGE_1, STAGE_2 | {"received_date": "2018-07-16"}]
    ),
    "stage 2 received the day after stage 1 fell due without a response": Example(
        [
            STAGE_1 | {"responded_date": "", "outcome": ""},
            STAGE_2 | {"received_date": "2018-07-17"},
        ]
    ),
    "stage 2 asked for on the twentieth working day": Example(
        [STAGE_1, STAGE_2 | {"received_date": "2018-08-13"}]
    ),
    "every milestone on the day of the next": Example(
        [
            STAGE_1 | {"acknowledged_date": "2018-07-02"},
            STAGE_2
            | {
                "investigator_appointed_date": "2018-08-01",
                "statement_agreed_date": "2018-08-01",
                "investigation_report_date": "2018-08-01",
                "adjudication_date": "2018-09-05",
                "extension_agreed": "yes",
                "extension_agreed_date": "2018-09-05",
            },
        ]
    ),
    "a panel and its target date in all": Example(
        [
            STAGE_1,
            STAGE_2,
            STAGE_2
            | {
                "stage": "stage_3",
                "received_date": "2018-09-10",
                "panel_date": "2018-10-01",
                "panel_findings_date": "2018-10-01",
                "target_date": "2018-11-19",
                "responded_date": "2018-10-22",
            },
        ]
    ),
    "open, as the system says it": one(responded_date="", outcome="", status="In progress"),
    "whether the target was met, as the system says it": one(target_met="Within target"),
    "the Ombudsman without any stage": one(stage="ombudsman"),
    "withdrawn without a response": one(outcome="withdrawn", responded_date=""),
    "the target date is the due date": one(target_date="2018-07-16"),
    "answered after 154 working days, but no date in figures": one(
        received_date="8 January 2018", responded_date="2018-08-16"
    ),
    "answered after long, also with day and month exchanged": one(
        received_date="08/01/2018", responded_date="2018-09-17"
    ),
    "a grey legal basis in either procedure": one(procedure="corporate", legal_basis="s47"),
    "stages in the file in any order": Example([STAGE_2, STAGE_1]),
    "an unknown outcome of an open stage is one message": one(outcome="Partly upheld"),
}
