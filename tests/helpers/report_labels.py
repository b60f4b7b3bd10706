"""What the labels of a printed figure say it counts: a reader's understanding of a report."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from report_documents import Table

PERIOD = re.compile(r"\b\d{4}-\d{2}(?: Q[1-4])?\b")
DAY = re.compile(r"\bon (\d{1,2} [A-Z][a-z]+ \d{4})")
STRUCTURE = re.compile(r"as structured on (.*)")
STAGE = re.compile(r"\bstages? (1|2|3|one|two|three)\b|\b(ombudsman|lgsco)\b", re.I)
PROCEDURE = re.compile(r"\b(statutory|corporate)\b", re.I)
NUMBERS = {"one": "1", "two": "2", "three": "3"}
ALL = "all"

# tables that count no complaints of this council, or list them one by one
OTHER_TABLES = re.compile(
    r"one by one|what the checks found|what the annual report covers|\bcases, |"
    r"action plan|progress of actions|indicators|figures of other authorities|changes of teams",
    re.I,
)
OTHER_COLUMNS = re.compile(
    r"limit in working days|working days on average|^median$|^amount|per 100|"
    r"what was learned|theme$",
    re.I,
)

# the first that is found in the words of a column, a row, a title or a sentence
MEASURES = tuple(
    (re.compile(words, re.I), measure)
    for words, measure in (
        (r"^closed: in sla", "closed_in_sla"),
        (r"^closed: upheld", "closed_upheld"),
        (r"^closed", "closed"),
        (r"within the limit without|within \d+[ or\d]* working|^without an ext", "in_sla_basic"),
        (r"within the extended limit|later, within|^with an extension$", "in_sla_extended"),
        (r"given an extension|extensions? agreed", "extension_agreed"),
        (r"\badvocate\b", "with_advocate"),
        (r"met in time", "panel_in_time"),
        (r"met late", "panel_late"),
        (r"not met yet, in time", "panel_open_in_time"),
        (r"not met yet, overdue", "panel_open_overdue"),
        (r"open, in time|open in time", "open_in_time"),
        (r"open, overdue|open and overdue|overdue", "open_overdue"),
        (r"withdrawn, no limit, or closed|not applicable", "not_applicable"),
        (r"without an outcome", "without_outcome"),
        (r"outcome not recognised", "outcome_unknown"),
        (r"held back", "held_back"),
        (r"if the subject decided", "received_by_subject"),
        (r"with an? (corporate|statutory) subject", "suspected"),
        (r"\bin sla\b|in time|within the (time limit|statutory timeframe)", "in_sla"),
        (r"\blate$", "late"),
        (r"\bupheld\b", "upheld"),
        (r"^withdrawn\b", "withdrawn"),
        (r"complaints answered", "decided"),
        (r"^(no|number|received|complaints|of all|logged as)\b|against it", "received"),
    )
)  # fmt: skip
BREAKDOWNS = tuple(
    (re.compile(words, re.I), name)
    for words, name in (
        (r"\bteams?\b", "service_team"),
        (r"\breasons?\b|\bcauses?\b|\bthemes?\b", "reason"),
        (r"^outcome", "outcome"),
        (r"\bage\b", "age_band"),
        (r"\bgender\b", "gender"),
        (r"\bethnicity\b", "ethnicity"),
        (r"\bdisability\b", "disability"),
        (r"sexual orientation", "sexual_orientation"),
        (r"complainant|^who made", "complainant_type"),
    )
)
OPEN_ON_DAY = {
    "open": "open",
    "within the time limit": "open_in_time",
    "overdue": "open_overdue",
    "no time limit": "open_without_limit",
}


class Meaning(NamedTuple):
    """What a figure counts, as far as its labels say."""

    measure: str
    period: str
    procedure: str
    stage: str
    breakdown: str = ""
    value: str = ""

    @property
    def total(self) -> "Meaning":
        """The same measure of all values of the breakdown."""
        return self._replace(breakdown="", value="")

    def of(self, measure: str) -> "Meaning":
        """Return another measure of the same group."""
        return self._replace(measure=measure)


class Figure(NamedTuple):
    """A cell of a table: its text, what it counts, and of what it is a share, if of something."""

    text: str
    what: Meaning
    whole: Meaning
    place: str


def figures_of(table: Table, period: str) -> Iterator[list[Figure]]:
    """Yield the figures of a table, column by column."""
    if OTHER_TABLES.search(table.title):
        return
    for place, column in enumerate(table.columns[1:], start=1):
        if not OTHER_COLUMNS.search(column):
            yield [_figure(table, row, place, period) for row in table.rows if len(row) > place]


def _figure(table: Table, row: list[str], place: int, period: str) -> Figure:
    column, where = table.columns[place], f"{table.title}: {row[0]}, {table.columns[place]}"
    if beside := _beside(table, row[0], column, period):
        return Figure(row[place], *beside, where)
    labels = (column, row[0], table.title, table.section)
    what = Meaning(
        measure_of(table.title, column, row[0]),
        only([PERIOD.findall(each) for each in labels], period),
        only([PROCEDURE.findall(each) for each in labels[:3]], "statutory").lower(),
        only([stages_in(each) for each in labels], "stage_1"),
    )
    if "not withdrawn" in table.title and what.measure == "received":
        what = what.of("eligible")
    if structure := STRUCTURE.search(table.title):
        what = what._replace(breakdown=f"{table.columns[0]} {structure[1]}", value=row[0])
        what = what.total if row[0] == "Total" else what
        return Figure(row[place], what, what.of("received"), where)
    if day := DAY.search(table.title):
        what = _on_day(what, column, row[0], day[1])
    elif breakdown := _breakdown(table):
        value = row[0] if breakdown != "outcome" or not stages_in(row[0]) else column
        value = row[1] if "Theme" in table.columns else value
        measure = "received" if breakdown == "outcome" else what.measure
        what = what.of(measure)._replace(breakdown=breakdown, value=value.casefold())
        what = what.total if value == "Total" else what
    whole = _whole(what, table.title, column)
    if "escalated" in table.title and column.startswith("To "):
        what = what._replace(measure=f"went_on_to_{what.stage}", stage="stage_1")
    if re.search("from the request", row[0], re.I):
        what = what.of(f"{what.measure}_from_request")
    if "subject" in column:  # the procedure that they are logged under
        is_of_others = column.startswith("Logged as corporate")
        what = what._replace(procedure="corporate" if is_of_others else "statutory")
    return Figure(row[place], what, whole, where)


BESIDE = {
    "Contacts beside complaints": {"No": "contacts", "Answered in time": "contacts_in_time"},
    "Contacts by team": {},
    "Complaints refused, and why": {},
    "Complaints made and how": {
        "Complaints made": "made",
        "Received at stage 1": "received",
        "Of these withdrawn": "withdrawn",
    },
    "Remedies agreed": {"Agreed": "remedies", "Of these paid or done": "remedies_paid"},
    "Recommendations due": {
        "Recommendations": "recommendations",
        "Done": "recommendations_done",
        "Overdue": "recommendations_overdue",
        "Not due yet": "recommendations_open",
        "Dropped": "recommendations_dropped",
        "Compliance": "recommendations_done",
    },
}
WHOLES = {
    "contacts_in_time": "contacts_due",
    "recommendations_done": "recommendations_due",
    "population": "population",
}


def _beside(table: Table, row: str, column: str, period: str) -> tuple[Meaning, Meaning] | None:
    """What a table counts that are no complaints, and what it is a share of."""
    title = next((each for each in BESIDE if table.title.startswith(each)), "")
    head = re.sub(rf", {PERIOD.pattern}$", "", column)
    when = only([PERIOD.findall(column)], period)
    measure = BESIDE.get(title, {}).get(head, "contacts")
    if head == "Of the population":
        what = Meaning("population", when, ALL, table.columns[0], "value", row)
        what = what.total if row == "Total" else what
        return what, what.total
    if head in ("Children", "Referrals"):
        what = Meaning(head.lower(), when, ALL, ALL, "service_team", row)
        return what, what.total
    if measure in ("made", "received", "withdrawn"):
        return (what := Meaning(measure, when, "statutory", "stage_1")), what
    if not title:
        return None
    if title == "Contacts beside complaints":
        what = Meaning(measure, when, ALL, row)
    elif title == "Recommendations due":
        what = Meaning(measure, when, ALL, ALL if row == "Total" else row)
    else:
        stage = column if measure == "contacts" else ALL
        what = Meaning(measure, when, ALL, stage, table.columns[0], row)
        what = what.total if "Total" in row or title.startswith("Complaints made") else what
    return what, what.of(WHOLES.get(measure, measure))


def _on_day(what: Meaning, column: str, row: str, day: str) -> Meaning:
    """What was open on a day, whenever it was received; a total is of all stages."""
    has_stage, procedure = bool(stages_in(row)), PROCEDURE.search(row)
    return Meaning(
        OPEN_ON_DAY.get(column.lower(), what.measure),
        f"on {day}",
        procedure[1].lower() if procedure else ALL,
        what.stage if has_stage else ALL,
    )


def _whole(what: Meaning, title: str, column: str) -> Meaning:
    """What a share is a share of."""
    if "escalated" in title or "against it" in column or "at a later stage" in title:
        return what._replace(measure="received", stage="stage_1")
    if "withdrawn" in title.lower() or "not withdrawn" in column:
        return what.of("eligible")
    if what.measure.startswith("closed"):
        return what.of("closed")
    if "answered or overdue" in column:
        return what.of("due")
    return what.total if what.measure == "received" else what.of("received")


def measure_of(title: str, *labels: str) -> str:
    """Return the measure that the labels name, the nearest first, the title's last."""
    if "counted against three totals" in title:
        return "in_sla"
    plain = [re.sub(r"[\s,]+", " ", _without_group(each)).strip(" ,:()") for each in labels]
    for text in [*labels, *plain, title]:
        for words, measure in MEASURES:
            if words.search(text):
                return measure
    return "received"


def _without_group(text: str) -> str:
    """Return a label without its period, stage and procedure."""
    for pattern in (PERIOD, STAGE, PROCEDURE):
        text = pattern.sub("", text)
    return text


def only(found: list[list[str]], default: str) -> str:
    """Return the one name in the nearest label that has but one."""
    return next((names[0] for names in found if len({n.lower() for n in names}) == 1), default)


def stages_in(text: str) -> list[str]:
    """Return the stages that a text names."""
    found = {(number or other).lower() for number, other in STAGE.findall(text)}
    names = {"lgsco": "ombudsman", "ombudsman": "ombudsman"}
    return sorted({names.get(each, f"stage_{NUMBERS.get(each, each)}") for each in found})


def _breakdown(table: Table) -> str:
    """Return by what a table breaks complaints down, if it does."""
    for text in (table.columns[0], *table.columns[1:2], table.title):
        for words, name in BREAKDOWNS:
            if words.search(text):
                return name
    return ""
