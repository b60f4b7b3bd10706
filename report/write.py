"""Write a report into files: build it once, decide what is shown, render each form."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from complaints.report import FORMATS, PROFILES
from complaints.report.build import build_report
from complaints.report.content import Cell, Report, Share
from complaints.report.linked_documents import Document, document_of
from complaints.report.printing import PrintedReport, print_report, share_of
from complaints.report.released import earlier_release_notes, read_releases
from complaints.report.row_order import hides
from complaints.report.sentences import in_figures, percent
from complaints.report.visible_cells import visible_figures
from complaints.warehouse.access import share
from complaints.warehouse.backup import SUMS, file_sum, read_sums
from complaints.warehouse.clock import day_in_words
from complaints.warehouse.errors import UsageError
from complaints.warehouse.settings import Settings

if TYPE_CHECKING:
    from complaints.report.disclosure import Protection

WHOLE_NUMBER = re.compile(r"(?<![\d.,-])\d+(?![\d-])")
PERCENT = re.compile(r"(?<![\d.,-])(\d+(?:\.(\d+))?) ?(?:%|per ?cent\b)", re.I)


def write_report(
    settings: Settings,
    period: str,
    profile: str = "committee",
    formats: Iterable[str] = FORMATS,
    out: Path | None = None,
    *,
    is_draft: bool = False,
    then: Settings | None = None,
) -> list[Path]:
    """Write the report of a period, and return the files written.

    Args:
        settings: where the marts are, and the report's wording.
        period: `2018-19 Q2`, `H1 2018/19`, `2018-19 year to date` or `2018-19`.
        profile: `committee`, `internal` or `publication`.
        formats: some of `html`, `docx`, `pdf` and `json`.
        out: the folder for the files; the home's `reports` when not given.
        is_draft: whether the period may be one that has not ended.
        then: the settings of the home as it stood on an earlier day, if that is asked for.

    Raises:
        UsageError: the period, profile or a format is not valid, the folder cannot be used, or the
            council's own words give a hidden number away.
        RunFailedError: the marts are missing, older than the code, or know nothing of the period.
    """
    formats = chosen_formats(formats)
    decided = decide(then or settings, period, profile, is_draft=is_draft)
    printed = replace(decided.printed, notes=tuple(_notes(settings, decided, then)))
    return write_into_folder(settings, printed, formats, out, then=then)


def write_into_folder(
    settings: Settings,
    printed: PrintedReport,
    formats: Iterable[str],
    out: Path | None,
    what: str = "complaints-report",
    then: Settings | None = None,
) -> list[Path]:
    """Write what is printed into a folder, the home's own when none is given.

    Raises:
        UsageError: the folder cannot be used.
    """
    folder = out or settings.reports_folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = write_files(settings, printed, folder, formats, what, then)
    except OSError as problem:
        raise UsageError("report_folder_unusable", folder=folder, reason=problem.strerror) from None
    if out is None:  # what goes elsewhere is its writer's to share
        for path in (folder, *written):
            share(settings, path)
    return written


@dataclass(frozen=True)
class Decided:
    """A report, how it reads in a profile, and what it tells.

    Attributes:
        report: the report, complete.
        printed: how it reads.
        document: its counts, with those that the profile hides.
        protection: why they are hidden; None where the profile hides nothing.
    """

    report: Report
    printed: PrintedReport
    document: Document
    protection: "Protection | None" = None


def decide(
    settings: Settings,
    period: str,
    profile: str,
    *,
    is_draft: bool = False,
    is_released: bool = False,
) -> Decided:
    """Build a report, decide what a profile hides of it, and print it.

    Raises:
        UsageError: the period or profile is not valid, or the council's own words give a hidden
            number away.
        RunFailedError: the marts are missing, older than the code, or know nothing of the period.
    """
    check_profile(profile)
    report = build_report(settings.marts_path, period, settings, is_draft=is_draft)
    protection, hidden = None, frozenset[Cell]()
    if profile == "publication":
        from complaints.report.disclosure import protect

        known = [each.document for each in read_releases(settings) if each.profile != "internal"]
        protection = protect(report, settings.report_threshold, known)
        hidden = protection.hidden
        _check_comments(report, hidden)
    printed = print_report(report, profile, hidden, settings.report_symbol)
    return Decided(
        report,
        replace(printed, is_released=is_released),
        document_of(report)._replace(hidden=hidden),
        protection,
    )


def _check_comments(report: Report, hidden: Set[Cell]) -> None:
    """Refuse a report whose own words say a number that its tables hide."""
    figures = [each for each in visible_figures(report) if hides(each, hidden)]
    numbers = {
        str(count.value) for each in figures for count in each.counts if count.cell in hidden
    }
    exact = [share_of(each) for each in figures if isinstance(each, Share)]
    shares = {each for each in exact if each is not None}
    for section in report.walk():
        for comment in section.comments:
            text = in_figures(comment)
            said = numbers & {*WHOLE_NUMBER.findall(PERCENT.sub(" ", text))}
            for number, decimals in PERCENT.findall(text):
                said |= {f"{number}%"} & {percent(each, len(decimals)) for each in shares}
            for number in sorted(said):
                raise UsageError(
                    "comment_discloses", number=number, section=section.number, comment=comment
                )


def write_files(
    settings: Settings,
    printed: PrintedReport,
    folder: Path,
    formats: Iterable[str],
    what: str = "complaints-report",
    then: Settings | None = None,
) -> list[Path]:
    """Write a report into a folder, and return the files; see `write_report`.

    A file that somebody has edited since it was written is left, and the new one has the day of its
    figures in its name.
    """
    then_or_draft = f"-as-at-{printed.as_of}" if then else "-draft" if printed.is_draft else ""
    name = f"{what}-{printed.period.replace(' ', '-').lower()}-{printed.profile}"
    sums = read_sums(folder)
    written = []
    for suffix in formats:
        path = _place(folder, f"{name}{then_or_draft}", suffix, printed.as_of, sums)
        _write(printed, path, settings.reference_folder / "template.docx")
        sums[path.name] = file_sum(path)
        written.append(path)
    lines = (f"{checksum}  {name}\n" for name, checksum in sums.items())
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
    return written


def _place(folder: Path, name: str, suffix: str, day: str, sums: Mapping[str, str]) -> Path:
    endings = ("", f"-{day}", *(f"-{day}-{number}" for number in range(2, 1000)))
    paths = (folder / f"{name}{ending}.{suffix}" for ending in endings)
    return next(
        path for path in paths if not path.exists() or sums.get(path.name) == file_sum(path)
    )


def _write(printed: PrintedReport, path: Path, template: Path) -> None:
    """Write one file beside its place, then put it there: no reader sees half a report."""
    unfinished = path.with_name(f".unfinished-{path.name}")
    if path.suffix == ".docx":
        from complaints.report.render_docx import render_docx

        render_docx(printed, unfinished, template)
    elif path.suffix == ".json":
        from complaints.report.render_json import render_json

        unfinished.write_text(render_json(printed), encoding="utf-8")
    else:
        from complaints.report.render_html import render_html, render_pdf

        if path.suffix == ".pdf":
            render_pdf(printed, unfinished)
        else:
            unfinished.write_text(render_html(printed), encoding="utf-8")
    os.replace(unfinished, path)


def _notes(settings: Settings, decided: Decided, then: Settings | None) -> Iterator[str]:
    """Say at the head of a report how it stands to what was there before it."""
    if then:
        yield (
            f"As things stood on {day_in_words(date.fromisoformat(decided.printed.as_of))}: the "
            "records delivered and the decisions taken by that day, by today's rules and reference "
            "data."
        )
    profile = decided.printed.profile
    yield from earlier_release_notes(settings, decided.report, profile, decided.document.values)


def check_profile(profile: str) -> None:
    """Check that there is such a profile.

    Raises:
        UsageError: there is not.
    """
    _check(profile, PROFILES, "profile")


def chosen_formats(formats: Iterable[str]) -> list[str]:
    """Return the formats that were asked for, each once.

    Raises:
        UsageError: there is none, or one is not known.
    """
    chosen = list(dict.fromkeys(formats))
    for each in chosen or [""]:
        _check(each, FORMATS, "format")
    return chosen


def _check(given: str, known: tuple[str, ...], what: str) -> None:
    if given not in known:
        raise UsageError("report_choice_unknown", given=given, what=what, known=", ".join(known))
