"""The national view: authorities beside each other in a period, out of the joint store."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from complaints.report import FORMATS
from complaints.report.build import front_matter, numbered
from complaints.report.content import (
    AUTHORITY,
    Cell,
    Count,
    Part,
    Report,
    Section,
    Share,
    Table,
    WorkedOut,
)
from complaints.report.figures import Stage
from complaints.report.linked_documents import document_of
from complaints.report.periods import Period, read_period
from complaints.report.printing import NOTHING, print_report, rounded
from complaints.report.sections.summary import small_numbers_note
from complaints.report.sentences import IN_TIME, UPHELD, listed, sentence
from complaints.report.tables import matrix
from complaints.report.write import check_profile, chosen_formats, write_into_folder
from complaints.warehouse.clock import day_in_words
from complaints.warehouse.errors import RunFailedError
from complaints.warehouse.joint_store import open_joint_store
from complaints.warehouse.settings import Settings

CHILDREN = 10_000  # a rate is for so many
# What an authority prints of a stage is its own; the title is that of most.
FIGURES = """
with titles as (
    select procedure, stage, mode(printed_name order by printed_name) as title
    from dim_stages group by all
)
select
    procedure, stage, title, authority, coalesce(nullif(authority_name, ''), authority) as name,
    as_of_day, has_time_limit, received, in_sla, upheld, children
from rpt_authorities inner join titles using (procedure, stage)
where period = $period
order by procedure desc, stage_number, stage, lower(name), authority
"""
OTHERS = """
select coalesce(nullif(authority_name, ''), authority) as name, as_of_day from dq_publication
where not list_contains($included, authority)
order by lower(name), authority
"""


class StageOfAuthority(NamedTuple):
    """What an authority has of a stage in the period."""

    procedure: str
    stage: str
    title: str
    authority: str
    name: str
    as_of_day: date
    has_time_limit: bool
    received: int
    in_sla: int
    upheld: int
    children: int | None


@dataclass(frozen=True)
class Row:
    """A row of a table: an authority, or all of them."""

    counts: dict[str, Count]
    has_time_limit: bool
    children: int | None


def write_authorities(
    settings: Settings,
    period: str,
    profile: str = "committee",
    formats: Iterable[str] = FORMATS,
    out: Path | None = None,
) -> list[Path]:
    """Write the comparison of the authorities in a period, and return the files written.

    Args:
        settings: where the joint store is, and the report's wording.
        period: as of a report.
        profile: `committee` and `internal` have all counts, `publication` hides small ones.
        formats: some of `html`, `docx`, `pdf` and `json`.
        out: the folder for the files; the home's `reports` when not given.

    Raises:
        UsageError: the period, profile or a format is not valid, the folder cannot be used, or no
            joint store is configured.
        RunFailedError: the store does not answer, or no authority has figures of the whole period.
    """
    check_profile(profile)
    chosen = chosen_formats(formats)
    report = build_authorities(settings, period)
    hidden = frozenset[Cell]()
    if profile == "publication":
        from complaints.report.disclosure import hidden_cells

        hidden = hidden_cells(report, settings.report_threshold)
    document_of(report)  # which sees that the sums add up
    printed = print_report(report, profile, hidden, settings.report_symbol)
    return write_into_folder(settings, printed, chosen, out, "complaints-authorities")


def build_authorities(settings: Settings, written: str) -> Report:
    """Return the comparison, complete, for any profile.

    An authority whose figures end before the period does is named, and is not in the tables.

    Raises:
        UsageError: the period is wrongly written, or no joint store is configured.
        RunFailedError: the store does not answer, or no authority has figures of the whole period.
    """
    period = read_period(written)
    with open_joint_store(settings) as store:
        found = store.execute(FIGURES, {"period": period.name}).fetchall()
        figures = [each for each in map(StageOfAuthority._make, found) if _is_known(each, period)]
        included = sorted({each.authority for each in figures})
        others = store.execute(OTHERS, {"included": included}).fetchall()
    if not figures:
        raise RunFailedError("no_authority_has_period", period=period.name)
    by_stage = groupby(figures, key=attrgetter("procedure", "stage", "title"))
    tables = [_table(period, stage, list(rows)) for stage, rows in by_stage]
    small = tuple(
        count
        for table in tables
        for count in table.counts
        if 1 <= (count.value or 0) <= settings.report_threshold
    )
    note = small_numbers_note(small, settings.report_threshold, settings.report_symbol)
    whose = f"{len(included)} authorities" if len(included) > 1 else "one authority"
    about = [
        sentence(
            f"Complaints about children's services that were received in {period.months}, of "
            f"{whose}. Each authority's figures are its own, as at the day of its last night, by "
            "its own reference data. In time: "
            f"{IN_TIME}, an agreed extension included. Upheld: {UPHELD}. Rates are for "
            f"{CHILDREN:,} children of the authority's population. {NOTHING}: no limit, nothing "
            "was received, or no population is given."
        ),
        note,
    ]
    if others:
        late = [f"{name} (as at {day_in_words(day)})" for name, day in others]
        about.append(sentence(f"Not included, for want of figures: {listed(late)}."))
    sections = (
        Section("about", "About these figures", paragraphs=tuple(about)),
        Section("authorities", "Authorities beside each other", tables=tuple(tables)),
    )
    as_of = min(each.as_of_day for each in figures)
    subject = f"Complaints about children's services by authority, {period.name} ({period.months})"
    return Report(
        period=period.name,
        as_of=as_of.isoformat(),
        front=front_matter(settings, period, as_of, subject),
        sections=numbered(sections),
    )


def _is_known(figures: StageOfAuthority, period: Period) -> bool:
    return figures.as_of_day > period.last_day


def _table(
    period: Period, stage: tuple[str, str, str], figures: Sequence[StageOfAuthority]
) -> Table:
    procedure, name, title = stage
    cell = Cell("", period.name, procedure, name)

    def row(of: Sequence[StageOfAuthority], cell: Cell) -> Row:
        measures = ("received", "in_sla", "upheld")
        counts = {
            measure: Count(cell.of(measure), sum(getattr(each, measure) for each in of))
            for measure in measures
        }
        children = [each.children for each in of if each.children]
        return Row(
            counts,
            all(each.has_time_limit for each in of),
            sum(children) if len(children) == len(of) else None,
        )

    names = [each.name for each in figures]
    rows = [
        (
            each.name if names.count(each.name) == 1 else f"{each.name} ({each.authority})",
            row([each], cell._replace(breakdown=AUTHORITY, value=each.authority)),
        )
        for each in figures
    ]
    columns: dict[str, Callable[[Row], Part]] = {
        "Received": lambda row: row.counts["received"],
        "In time": lambda row: _share(row, "in_sla") if row.has_time_limit else NOTHING,
        "Upheld": lambda row: _share(row, "upheld"),
    }
    if any(each.children for _, each in rows):
        columns["Received per 10,000"] = lambda row: _rate(row, "received")
        columns["Upheld per 10,000"] = lambda row: _rate(row, "upheld")
    full_title = Stage(procedure, name, title, True).full_title
    return matrix(full_title, "Authority", rows, columns, total=row(figures, cell))


def _share(row: Row, measure: str) -> Share:
    return Share(row.counts[measure], row.counts["received"])


def _rate(row: Row, measure: str) -> Part:
    count = row.counts[measure]
    if not row.children or count.value is None:
        return NOTHING
    rate = rounded(Fraction(count.value * CHILDREN, row.children), 1)
    return WorkedOut(f"{rate:.1f}", (count,))
