"""Write a report into files: build it once, decide what is shown, render each form."""

import os
import re
from collections.abc import Iterable, Set
from pathlib import Path

from complaints.report.build import build_report
from complaints.report.content import Cell, Report, Share
from complaints.report.printing import PrintedReport, print_report, share_of
from complaints.report.row_order import hides
from complaints.report.sentences import in_figures, percent
from complaints.report.visible_cells import visible_figures
from complaints.warehouse.access import share
from complaints.warehouse.errors import UsageError
from complaints.warehouse.settings import Settings

PROFILES = ("committee", "internal", "publication")
FORMATS = ("html", "docx", "pdf", "json")
WHOLE_NUMBER = re.compile(r"(?<![\d.,-])\d+%?(?![\d%-])")


def write_report(
    settings: Settings,
    period: str,
    profile: str = "committee",
    formats: Iterable[str] = FORMATS,
    out: Path | None = None,
    *,
    is_draft: bool = False,
) -> list[Path]:
    """Write the report of a period, and return the files written.

    Args:
        settings: where the marts are, and the report's wording.
        period: `2018-19 Q2`, `H1 2018/19`, `2018-19 year to date` or `2018-19`.
        profile: `committee`, `internal` or `publication`.
        formats: some of `html`, `docx`, `pdf` and `json`.
        out: the folder for the files; the home's `reports` when not given.
        is_draft: whether the period may be one that has not ended.

    Raises:
        UsageError: the period, profile or a format is not valid, the folder cannot be used, or the
            council's own words give a hidden number away.
        RunFailedError: the marts are missing, older than the code, or know nothing of the period.
    """
    formats = list(dict.fromkeys(formats))
    _check(profile, PROFILES, "profile")
    for each in formats or [""]:
        _check(each, FORMATS, "format")
    printed = printed_report(settings, period, profile, is_draft=is_draft)
    folder = out or settings.reports_folder
    draft = "-draft" if printed.is_draft else ""
    name = f"complaints-report-{printed.period.replace(' ', '-').lower()}-{profile}{draft}"
    template = settings.reference_folder / "template.docx"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = [_write(printed, folder / f"{name}.{each}", template) for each in formats]
    except OSError as problem:
        raise UsageError("report_folder_unusable", folder=folder, reason=problem.strerror) from None
    if out is None:  # what goes elsewhere is its writer's to share
        for path in (folder, *written):
            share(settings, path)
    return written


def printed_report(
    settings: Settings, period: str, profile: str, *, is_draft: bool = False
) -> PrintedReport:
    """Return the report as text, with the numbers hidden that a profile does not show."""
    report = build_report(settings.marts_path, period, settings, is_draft=is_draft)
    if profile != "publication":
        return print_report(report, profile)
    from complaints.report.disclosure import hidden_cells

    hidden = hidden_cells(report, settings.report_threshold)
    _check_comments(report, hidden)
    return print_report(report, profile, hidden, settings.report_symbol)


def _check_comments(report: Report, hidden: Set[Cell]) -> None:
    """Refuse a report whose own words say a number that its tables hide."""
    figures = [each for each in visible_figures(report) if hides(each, hidden)]
    numbers = {
        str(count.value) for each in figures for count in each.counts if count.cell in hidden
    }
    shares = (share_of(each) for each in figures if isinstance(each, Share))
    numbers |= {percent(each) for each in shares if each is not None}
    for section in report.walk():
        for comment in section.comments:
            said = WHOLE_NUMBER.findall(in_figures(comment))
            for number in (each for each in said if each in numbers):
                raise UsageError(
                    "comment_discloses", number=number, section=section.number, comment=comment
                )


def _write(printed: PrintedReport, path: Path, template: Path) -> Path:
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
    return path


def _check(given: str, known: tuple[str, ...], what: str) -> None:
    if given not in known:
        raise UsageError("report_choice_unknown", given=given, what=what, known=", ".join(known))
