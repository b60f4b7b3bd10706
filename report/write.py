"""Write a report into files: build it once, decide what is shown, render each form."""

import os
from collections.abc import Iterable
from pathlib import Path

from complaints.report.build import build_report
from complaints.report.printing import PrintedReport, print_report
from complaints.warehouse.access import share
from complaints.warehouse.errors import UsageError
from complaints.warehouse.settings import Settings

PROFILES = ("internal", "publication")
FORMATS = ("html", "docx", "json")


def write_report(
    settings: Settings,
    period: str,
    profile: str = "internal",
    formats: Iterable[str] = FORMATS,
    out: Path | None = None,
) -> list[Path]:
    """Write the report of a period, and return the files written.

    Args:
        settings: where the marts are, and the report's wording.
        period: `2018-19 Q2` or `2018-19`.
        profile: `internal` or `publication`.
        formats: some of `html`, `docx` and `json`.
        out: the folder for the files; the home's `reports` when not given.

    Raises:
        UsageError: the period, profile or a format is not valid, or the folder cannot be used.
        RunFailedError: the marts are missing, older than the code, or know nothing of the period.
    """
    formats = list(dict.fromkeys(formats))
    _check(profile, PROFILES, "profile")
    for each in formats or [""]:
        _check(each, FORMATS, "format")
    printed = printed_report(settings, period, profile)
    folder = out or settings.reports_folder
    name = f"complaints-report-{printed.period.replace(' ', '-').lower()}-{profile}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = [_write(printed, folder / f"{name}.{each}") for each in formats]
    except OSError as problem:
        raise UsageError("report_folder_unusable", folder=folder, reason=problem.strerror) from None
    if out is None:  # what goes elsewhere is its writer's to share
        for path in (folder, *written):
            share(settings, path)
    return written


def printed_report(settings: Settings, period: str, profile: str) -> PrintedReport:
    """Return the report as text, with the numbers hidden that a profile does not show."""
    report = build_report(settings.marts_path, period, settings)
    if profile == "internal":
        return print_report(report, profile)
    from complaints.report.disclosure import hidden_cells

    hidden = hidden_cells(report, settings.report_threshold)
    return print_report(report, profile, hidden, settings.report_symbol)


def _write(printed: PrintedReport, path: Path) -> Path:
    """Write one file beside its place, then put it there: no reader sees half a report."""
    unfinished = path.with_name(f".unfinished-{path.name}")
    if path.suffix == ".docx":
        from complaints.report.render_docx import render_docx

        render_docx(printed, unfinished)
    elif path.suffix == ".html":
        from complaints.report.render_html import render_html

        unfinished.write_text(render_html(printed), encoding="utf-8")
    else:
        from complaints.report.render_json import render_json

        unfinished.write_text(render_json(printed), encoding="utf-8")
    os.replace(unfinished, path)
    return path


def _check(given: str, known: tuple[str, ...], what: str) -> None:
    if given not in known:
        raise UsageError("report_choice_unknown", given=given, what=what, known=", ".join(known))
