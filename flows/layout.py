"""The standard layout of an export: the only columns that are ever read.

Source: the council's agreed export layout, one row per case per stage.
"""

from typing import NamedTuple


class LayoutColumn(NamedTuple):
    """A column of the standard layout."""

    name: str
    is_needed: bool
    meaning: str


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
    LayoutColumn("learning", False, "Short text written for the report."),
    LayoutColumn("last_updated", False, "When the source last changed the row."),
)

LAYOUT_NAMES: tuple[str, ...] = tuple(column.name for column in LAYOUT)
NEEDED_NAMES: tuple[str, ...] = tuple(column.name for column in LAYOUT if column.is_needed)

# Optional inputs of the quarterly report; every other file of a delivery holds complaints.
OPTIONAL_INPUTS: tuple[str, ...] = (
    "learning_actions",
    "benchmarks",
    "indicators",
    "team_changes",
)


def matched_header(header: str) -> str:
    """Return a header as it is compared: without regard to case, spaces or underscores."""
    return "".join(header.split()).replace("_", "").casefold()
