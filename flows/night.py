"""The night: every step in its order, as plain functions.

The Prefect flow runs this same order with the same steps as tasks: it passes its own `Steps`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from complaints.flows.readers.export_files import FileRecord
from complaints.flows.readers.sources import Source, read_sources
from complaints.flows.steps import build
from complaints.flows.steps.copy_log import copy_log
from complaints.flows.steps.extract import extract
from complaints.flows.steps.file_records import record_files
from complaints.flows.steps.find_deliveries import Delivery, find_deliveries
from complaints.flows.steps.publish import is_published, publish
from complaints.flows.steps.record_fates import has_unjudged_delivery, record_fates
from complaints.flows.steps.reference import check_as_of_day, prepare_reference
from complaints.flows.steps.validate import begin_judging, validate_deadlines, validate_records
from complaints.notices.notify import notify_of_failure, notify_of_night
from complaints.warehouse.access import keep_private
from complaints.warehouse.errors import ExitCode, RunFailedError, UsageError
from complaints.warehouse.layout import COMPLAINTS
from complaints.warehouse.runs import Night, start_night
from complaints.warehouse.settings import Settings
from complaints.warehouse.system_errors import refusals_in_words

Step = Callable[..., Any]


@dataclass(frozen=True)
class Steps:
    """The steps of the night; the flow gives the same ones wrapped as Prefect tasks."""

    prepare_reference: Step = prepare_reference
    build_reference: Step = build.build_reference
    check_as_of_day: Step = check_as_of_day
    find_deliveries: Step = find_deliveries
    extract: Step = extract
    build_records: Step = build.build_records
    validate_records: Step = validate_records
    record_fates: Step = record_fates
    record_files: Step = record_files
    build_deadlines: Step = build.build_deadlines
    validate_deadlines: Step = validate_deadlines
    copy_log: Step = copy_log
    build_marts: Step = build.build_marts
    check_marts: Step = build.check_marts
    build_deliveries: Step = build.build_deliveries
    publish: Step = publish
    alert: Step = notify_of_night


@dataclass
class NightReport:
    """What a night did, for the command line and for Prefect's summary."""

    night: Night
    files: list[FileRecord] = field(default_factory=list)
    is_published: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def rejected(self) -> list[FileRecord]:
        """The files that were rejected whole."""
        return [record for record in self.files if record.status == "rejected"]

    @property
    def exit_code(self) -> ExitCode:
        """What the command tells the shell."""
        if self.rejected:
            return ExitCode.PUBLISHED_WITH_REJECTED_FILES
        return ExitCode.DONE


def run_night(
    settings: Settings,
    steps: Steps | None = None,
    on_step: Callable[[str], None] = lambda name: None,
) -> NightReport:
    """Run the nightly job once.

    Args:
        settings: where the exports are and where the results go.
        steps: the steps to call; the flow gives them as Prefect tasks.
        on_step: told the name of each step as it starts.

    Raises:
        UsageError: a wrong path, sources file, reference file, as-of day or group of readers.
        RunFailedError: another run is at work, every file was rejected, or a test failed.
            Nothing was published.
    """
    report = None
    try:
        with refusals_in_words():
            sources = read_sources(source_path(settings))
            with keep_private(settings), start_night(settings) as night:
                report = NightReport(night)
                _run(settings, night, sources, _timed(steps or Steps(), night, on_step), report)
    except BaseException as problem:
        known = (report.night, report.rejected, report.is_published) if report else ()
        notify_of_failure(settings, problem, *known)
        raise
    return report


def source_path(settings: Settings) -> Path:
    """Return the configured source.

    Raises:
        UsageError: there is none.
    """
    if settings.source is None:
        raise UsageError(
            "No source is configured: give --source a folder of exports or a sources file, or "
            "set COMPLAINTS_SOURCE."
        )
    return settings.source


def _timed(steps: Steps, night: Night, on_step: Callable[[str], None]) -> Steps:
    def timed(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            return night.log.run(name, step, *given, on_step=on_step)

        return call

    return Steps(
        **{each.name: timed(each.name, getattr(steps, each.name)) for each in fields(steps)}
    )


def _run(
    settings: Settings,
    night: Night,
    sources: list[Source],
    steps: Steps,
    report: NightReport,
) -> None:
    steps.prepare_reference(settings)
    found = [steps.find_deliveries(settings, source) for source in sources]
    records = [record for each in found for record in each.records]
    queues = [queue for each in found for queue in each.deliveries.values() if queue]
    is_news = bool(queues) or not is_published(settings, night)
    if is_news:
        steps.build_reference(settings)
        steps.check_as_of_day(settings, night)
    is_judged = is_news and _read_and_judge(settings, night, steps, queues, records)
    report.files += steps.record_files(settings, night, records)
    _check_something_was_read(settings, report)
    if is_news and not is_published(settings, night):  # a database may hold what it held before
        if not is_judged:
            judge(settings, night, steps)
        steps.build_deadlines(settings)
        steps.validate_deadlines(settings, night)
        steps.copy_log(settings, night)
        steps.build_marts(settings)
        candidate = steps.check_marts(settings, night)
        report.notes += steps.publish(settings, night, None, candidate)
    else:
        steps.copy_log(settings, night)
        steps.build_deliveries(settings)
        report.notes += steps.publish(settings, night, list(build.EVERY_NIGHT))
    report.is_published = True
    report.notes += steps.alert(settings, night, [source.code for source in sources])


def _read_and_judge(
    settings: Settings,
    night: Night,
    steps: Steps,
    queues: list[list[Delivery]],
    records: list[FileRecord],
) -> bool:
    """Read the deliveries of all sources, oldest first, and judge after each round of them.

    A delivery of a run that was killed before its rows were judged comes before all others.

    Returns:
        Whether anything was judged.
    """
    is_judged = has_unjudged_delivery(settings)
    if is_judged:
        judge(settings, night, steps)
    while any(queues):
        if _extract_next(settings, night, steps, queues, records):
            judge(settings, night, steps)
            is_judged = True
    return is_judged


def _extract_next(
    settings: Settings,
    night: Night,
    steps: Steps,
    queues: list[list[Delivery]],
    records: list[FileRecord],
) -> bool:
    """Read the oldest delivery of each queue; return whether anything of them was taken."""
    is_taken = False
    for queue in filter(None, queues):
        delivery = queue.pop(0)
        night.log.files = tuple(file.name for file in delivery.files)
        extracted = steps.extract(settings, night, delivery)
        is_taken |= extracted.is_taken
        records += [file for file in extracted.files if file.status != "loaded"]
        if extracted.must_be_read_again:
            records += [record for later in queue for record in later.waiting_records()]
            queue.clear()
    night.log.files = ()
    return is_taken


def judge(settings: Settings, night: Night, steps: Steps) -> None:
    """Find the current records and let gate 1 judge them; log what became of each."""
    begin_judging(settings, night)
    steps.build_records(settings)
    steps.validate_records(settings)
    steps.record_fates(settings)


def _check_something_was_read(settings: Settings, report: NightReport) -> None:
    exports = [record for record in report.files if record.dataset == COMPLAINTS.dataset]
    if not exports:
        raise RunFailedError(
            f"No exports were found in {settings.source}, so nothing was published: see that the "
            "complaints system delivers its export there."
        )
    if all(record.status == "rejected" for record in exports):
        raise RunFailedError(
            "Every file was rejected, so nothing was published: "
            + " ".join(record.message or "" for record in report.rejected)
        )
