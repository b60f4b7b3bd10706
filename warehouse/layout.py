"""The layouts of the files that are delivered: the only columns that are ever read.

Source: the council's agreed export layout, one row per case per stage; and the layouts of the
optional inputs of the quarterly report.
"""

import unicodedata
from typing import NamedTuple


class LayoutColumn(NamedTuple):
    """A column of a layout."""

    name: str
    is_needed: bool
    meaning: str
    other_header: str = ""  # a shorter one that is read as well


class Layout(NamedTuple):
    """What a kind of file holds; `dataset` names it."""

    dataset: str
    columns: tuple[LayoutColumn, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in their order."""
        return tuple(column.name for column in self.columns)

    @property
    def needed_names(self) -> tuple[str, ...]:
        """The names of the columns that a file cannot do without."""
        return tuple(column.name for column in self.columns if column.is_needed)

    @property
    def dates(self) -> tuple[str, ...]:
        """The names of the columns that hold dates."""
        return tuple(name for name in self.names if name.endswith("_date")) + tuple(
            name for name in self.names if name in ("last_updated", "day", "valid_from", "valid_to")
        )

    @property
    def records_table(self) -> str:
        """Where the text of its records is kept."""
        return "raw.records" if self.dataset == "complaints" else f"raw.{self.dataset}_records"


LAYOUT: tuple[LayoutColumn, ...] = (
    LayoutColumn(
        "case_reference", True, "The complaints system's reference, the same at every stage."
    ),
    LayoutColumn("procedure", True, "Statutory or corporate."),
    LayoutColumn("stage", True, "Stage 1, 2 or 3, or the Ombudsman."),
    LayoutColumn(
        "received_date",
        True,
        "The day the authority received the complaint, or the request for this stage.",
    ),
    LayoutColumn(
        "clock_start_date",
        False,
        "Where the clock started later: advocate appointed, statement of complaint agreed.",
    ),
    LayoutColumn("acknowledged_date", False, "The day the complaint was acknowledged."),
    LayoutColumn(
        "extension_agreed", False, "Yes or no; blank is no. Yes gives the extended limit."
    ),
    LayoutColumn("panel_date", False, "Stage 3: the day the panel met."),
    LayoutColumn("target_date", False, "The source system's own due date, only compared."),
    LayoutColumn(
        "target_met",
        False,
        "Whether the source system counts it as in time: yes or no; only shown.",
    ),
    LayoutColumn(
        "responded_date", False, "The day of the response; blank while the stage is open."
    ),
    LayoutColumn("outcome", False, "What the stage decided; blank while it is open."),
    LayoutColumn("service_team", False, "The team complained about, as the source names it."),
    LayoutColumn("reasons", False, "What the complaint is about; several are separated by ';'."),
    LayoutColumn("legal_basis", False, "The function complained about, a code of the legal bases."),
    LayoutColumn("complainant_type", False, "Child, parent, carer, advocate or other."),
    LayoutColumn("age_band", False, "Of the child or young person, as recorded."),
    LayoutColumn("gender", False, "Of the child or young person, as recorded."),
    LayoutColumn("ethnicity", False, "Of the child or young person, as recorded."),
    LayoutColumn("disability", False, "Of the child or young person, as recorded."),
    LayoutColumn("sexual_orientation", False, "Of the child or young person, as recorded."),
    LayoutColumn("advocate", False, "Whether an advocate acted: yes or no."),
    LayoutColumn(
        "status", False, "Open or closed, where the system has closed rows without a date."
    ),
    LayoutColumn("learning", False, "Short text written for the report."),
    LayoutColumn("extension_agreed_date", False, "The day the extension was agreed."),
    LayoutColumn("panel_findings_date", False, "Stage 3: the day of the panel's findings."),
    LayoutColumn(
        "investigator_appointed_date", False, "Stage 2: the day the investigator was appointed."
    ),
    LayoutColumn(
        "independent_person_appointed_date",
        False,
        "Stage 2: the day the independent person was appointed.",
    ),
    LayoutColumn(
        "statement_agreed_date",
        False,
        "Stage 2: the day the statement of complaint was agreed; starts no clock by itself.",
    ),
    LayoutColumn(
        "investigation_report_date", False, "Stage 2: the day of the investigation's report."
    ),
    LayoutColumn("adjudication_date", False, "Stage 2: the day of the adjudication."),
    LayoutColumn("last_updated", False, "When the source last changed the row."),
)

COMPLAINTS = Layout("complaints", LAYOUT)
LAYOUT_NAMES = COMPLAINTS.names

# What stays of an anonymised case, for the figures: no words of the case, nothing of the child.
ANONYMISED_KEEPS = (
    *("case_reference", "procedure", "stage", "outcome", "service_team", "reasons"),
    *("extension_agreed", "status", *COMPLAINTS.dates),
)

# Optional inputs of the quarterly report, by the names of their files; every other file of a
# delivery holds complaints.
OPTIONAL_INPUTS: dict[str, Layout] = {
    layout.dataset: layout
    for layout in (
        Layout(
            "learning_actions",
            (
                LayoutColumn("theme", True, "What the action is about, such as a reason."),
                LayoutColumn("action", True, "What is to be done."),
                LayoutColumn("owner_role", True, "Who sees to it: a role, never a name."),
                LayoutColumn("due_quarter", True, "The quarter in which it is due: 2018-19 Q3."),
                LayoutColumn("status", True, "not_started, in_progress, done or dropped."),
                LayoutColumn("evidence", False, "How one can see what came of it."),
            ),
        ),
        Layout(
            "benchmarks",
            (
                LayoutColumn("authority", True, "The authority that published the figure."),
                LayoutColumn("year", True, "The financial year of the figure: 2017-18."),
                LayoutColumn("measure", True, "What was measured, with its unit."),
                LayoutColumn("value", True, "A plain number: 27.5 for 27.5%."),
                LayoutColumn("note", False, "Where it is from, or how it differs."),
            ),
        ),
        Layout(
            "indicators",
            (
                LayoutColumn("name", True, "What the indicator shows."),
                LayoutColumn("period", True, "The month, quarter or year that it is of."),
                LayoutColumn("value", True, "The value as it is to be printed: 94%."),
            ),
        ),
        Layout(
            "commentary",
            (
                LayoutColumn("period", True, "The period reported: 2018-19 Q2, H1 or the year."),
                LayoutColumn("section", True, "The number of the section, 2.1, or Appendix B."),
                LayoutColumn("text", True, "A paragraph of the report, as it is to be printed."),
                LayoutColumn("role", True, "Who says it: a role, never a name."),
            ),
        ),
        Layout(
            "team_changes",
            (
                LayoutColumn("old_team", True, "The team as it was called before."),
                LayoutColumn("new_team", True, "The team that does its work since."),
                LayoutColumn("change_date", True, "The first day of the change."),
            ),
        ),
        Layout(
            "teams",
            (
                LayoutColumn("team", True, "The team, as the exports name it."),
                LayoutColumn("directorate", True, "The directorate that it belongs to."),
                LayoutColumn("valid_from", True, "The first day of it.", "from"),
                LayoutColumn("valid_to", False, "The last day; blank while it lasts.", "to"),
            ),
        ),
        Layout(
            "contacts",
            (
                LayoutColumn(
                    "type", True, "A code of the contact types: mp_enquiry, compliment, refused."
                ),
                LayoutColumn(
                    "received_date", False, "The day it came in; this or the period is needed."
                ),
                LayoutColumn("period", False, "The quarter, half year or year of a counted group."),
                LayoutColumn("team", False, "The team it is about, as the exports name it."),
                LayoutColumn("number", False, "How many the row stands for; blank is 1."),
                LayoutColumn("reason", False, "Why a complaint was refused."),
                LayoutColumn("due_date", False, "Its own due date, before any limit.", "due"),
                LayoutColumn("answered_date", False, "The day of the answer.", "answered"),
                LayoutColumn("in_time", False, "Of a counted group, how many were in time."),
                LayoutColumn("reference", False, "Tells contacts apart that are else the same."),
            ),
        ),
        Layout(
            "remedies",
            (
                LayoutColumn("case_reference", True, "The case, as the exports name it."),
                LayoutColumn("stage", False, "The stage that agreed it, where one did."),
                LayoutColumn("type", True, "What it is: an apology, a payment, a new assessment."),
                LayoutColumn("amount", False, "In pounds, where it is money."),
                LayoutColumn("agreed_date", True, "The day it was agreed.", "agreed"),
                LayoutColumn("paid_date", False, "The day it was paid or done.", "paid"),
            ),
        ),
        Layout(
            "recommendations",
            (
                LayoutColumn("case_reference", True, "The case, as the exports name it."),
                LayoutColumn("stage", True, "The stage that recommends it, or the Ombudsman."),
                LayoutColumn("text", True, "What is recommended, as it is to be printed."),
                LayoutColumn("due_date", False, "The day by which it is to be done.", "due"),
                LayoutColumn("done_date", False, "The day it was done.", "done"),
                LayoutColumn("evidence", False, "How one can see that it was done."),
                LayoutColumn("dropped_why", False, "Why it is not to be done any more.", "dropped"),
            ),
        ),
        Layout(
            "caseload",
            (
                LayoutColumn("team", True, "The team, as the exports name it."),
                LayoutColumn("day", True, "The day counted; of referrals, the last of the span."),
                LayoutColumn("children", False, "The children the team worked with on the day."),
                LayoutColumn("referrals", False, "The referrals since the day counted before."),
            ),
        ),
        Layout(
            "population",
            (
                LayoutColumn("characteristic", True, "A characteristic of the exports: ethnicity."),
                LayoutColumn("value", True, "Its value, as the exports write it."),
                LayoutColumn("number", True, "The children and young people that have it."),
            ),
        ),
    )
}


LAYOUTS: dict[str, Layout] = {COMPLAINTS.dataset: COMPLAINTS, **OPTIONAL_INPUTS}


def matched_header(header: str) -> str:
    """Return a header as it is compared: without case, spaces, underscores or invisible marks."""
    seen = (mark for mark in header if unicodedata.category(mark) not in ("Cc", "Cf"))
    return "".join("".join(seen).split()).replace("_", "").casefold()
