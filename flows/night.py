"""The night: its steps, and the order in which they are called.

Here the steps are plain functions; the Prefect flow calls the same ones as tasks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from complaints.flows.readers.export_files import FileRecord, inputs_not_read
from complaints.flows.readers.sources import Authority, Source, read_authority, read_sources
from complaints.flows.steps import build
from complaints.flows.steps.erase import carry_out_erasures, forget_expired
from complaints.flows.steps.export_published import export_published
from complaints.flows.steps.extract import extract
from complaints.flows.steps.file_records import record_files
from complaints.flows.steps.find_deliveries import (
    Delivery,
    find_deliveries,
    sources_without_files,
)
from complaints.flows.steps.publish import is_published, publish
from complaints.flows.steps.publish_to_joint_store import publish_to_joint_store
from complaints.flows.steps.record_fates import has_unjudged_delivery, record_fates
from complaints.flows.steps.reference import check_as_of_day, prepare_reference
from complaints.flows.steps.validate import (
    begin_judging,
    validate_deadlines,
    validate_deliveries,
    validate_records,
)
from complaints.flows.steps.write_site import write_site
from complaints.notices.notify import notify_of_failure, notify_of_night
from complaints.warehouse.access import keep_private
from complaints.warehouse.erasures import Erased
from complaints.warehouse.errors import ExitCode, OperatorError, RunFailedError, UsageError
from complaints.warehouse.layout import COMPLAINTS
from complaints.warehouse.messages import sentence_of
from complaints.warehouse.runs import Run, copy_log, start_run
from complaints.warehouse.settings import Settings
from complaints.warehouse.system_errors import system_errors_explained

Function = Callable[..., Any]


class Step(NamedTuple):
    """A step of the night, as the night, the flow, the log of runs and the tests know it.

    A step that handles rows returns their number, or a result with `rows`.
    """

    function: Function
    # Where trying again can help: a share or a database that does not answer, a file held for a
    # moment by a virus scanner. A verdict or a failed test stays what it is.
    retries: int = 0

    @property
    def name(self) -> str:
        """Its name in the log; a server shows it with spaces."""
        return self.function.__name__


STEPS = (
    Step(carry_out_erasures),
    Step(prepare_reference),
    Step(find_deliveries, retries=2),
    Step(build.build_reference),
    Step(check_as_of_day),
    Step(extract, retries=2),
    Step(build.build_records),
    Step(validate_records),
    Step(validate_deliveries),
    Step(record_fates),
    Step(record_files),
    Step(forget_expired),
    Step(build.build_deadlines),
    Step(validate_deadlines),
    Step(copy_log),
    Step(build.build_marts),
    Step(build.check_marts),
    Step(build.build_run_marts),
    Step(publish, retries=2),
    Step(publish_to_joint_store, retries=2),
    Step(export_published),
    Step(write_site),
)
REFUSED = ("stopped", "rejected")
PLAIN: dict[str, Function] = {step.name: step.function for step in STEPS}


@dataclass
class NightReport:
    """What a night did, for the command line, the notices and Prefect's summary.

    Attributes:
        run: the run, once it has begun.
        sources: the codes of the sources that are to deliver.
        files: what became of each file.
        notes: what the operator should know.
        erased: what was taken out because an erasure was under way.
        failure: what failed after the marts had been replaced.
    """

    run: Run | None = None
    sources: list[str] = field(default_factory=list)
    files: list[FileRecord] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    erased: Erased = field(default_factory=Erased)
    failure: Exception | None = None

    @property
    def is_published(self) -> bool:
        """Whether the marts were replaced."""
        return self.run is not None and self.run.is_published

    @property
    def rejected(self) -> list[FileRecord]:
        """The files that were rejected whole, or stopped at the door."""
        return [record for record in self.files if record.status in REFUSED]

    @property
    def exit_code(self) -> ExitCode:
        """What the command ends with."""
        if self.rejected:
            return ExitCode.PUBLISHED_WITH_REJECTED_FILES
        return ExitCode.DONE


def run_and_notify(
    settings: Settings,
    functions: Mapping[str, Function] = PLAIN,
    on_step: Callable[[str], None] = lambda name: None,
) -> NightReport:
    """Run the night, then notify of what it published or why it failed; see `run_night`."""
    report = NightReport()
    try:
        run_night(settings, functions, on_step, report)
    except BaseException as problem:
        notify_of_failure(settings, problem, report.run, report.rejected, report.is_published)
        raise
    if report.failure:
        notify_of_failure(settings, report.failure, report.run, report.rejected, True)
    if report.run:
        report.notes += notify_of_night(settings, report.run, report.sources)
    return report


def run_night(
    settings: Settings,
    functions: Mapping[str, Function] = PLAIN,
    on_step: Callable[[str], None] = lambda name: None,
    report: NightReport | None = None,
    sources: list[Source] | None = None,
) -> NightReport:
    """Run the nightly job once.

    Args:
        settings: where the exports are and where the results go.
        functions: the steps by name; the flow gives them as Prefect tasks.
        on_step: given the name of each step as it starts.
        report: filled in as the night goes on; a new one when not given.
        sources: what is read; those of the settings when not given. Of none nothing is read, and
            the marts are made again of what is there.

    Raises:
        UsageError: a wrong path, sources file, reference file, as-of day or group of readers.
        RunFailedError: another run is in progress, every file was rejected, or a test failed.
            Nothing was published.
    """
    report = report or NightReport()
    try:
        with system_errors_explained():
            authority = None
            if sources is None:
                sources = read_sources(source_path(settings))
                authority = read_authority(source_path(settings))
            report.sources = [source.code for source in sources]
            with keep_private(settings), start_run(settings) as run:
                report.run = run
                # one day for the whole night, also past midnight
                tonight = settings.model_copy(update={"as_of": run.as_of_day})
                steps = logged_steps(run, functions, on_step)
                _run(tonight, run, sources, authority, steps, report)
    except Exception as problem:
        if not report.is_published:
            raise
        known = isinstance(problem, OperatorError)
        reason = problem if known else f"{sentence_of('unexpected', error=type(problem).__name__)}."
        report.failure = problem
        report.notes.append(sentence_of("failed_after_publishing", reason=reason))
    return report


def logged_steps(
    run: Run,
    functions: Mapping[str, Function] = PLAIN,
    on_step: Callable[[str], None] = lambda name: None,
) -> SimpleNamespace:
    """Return the steps as a run calls them: each call is noted in its journal."""

    def call(name: str, function: Function, *given: Any) -> Any:
        delivery = next((each for each in given if isinstance(each, Delivery)), None)
        files = [file.name for file in delivery.files] if delivery else ()
        with run.journal.step(name, files) as noted:
            on_step(name)
            result = function(*given)
            rows = getattr(result, "rows", result)
            noted.rows = rows if type(rows) is int else None
        return result

    return SimpleNamespace(
        **{name: partial(call, name, function) for name, function in functions.items()}
    )


def source_path(settings: Settings) -> Path:
    """Return the configured source.

    Raises:
        UsageError: there is none.
    """
    if settings.source is None:
        raise UsageError("no_source_configured")
    return settings.source


def _run(
    settings: Settings,
    run: Run,
    sources: list[Source],
    authority: Authority | None,
    steps: SimpleNamespace,
    report: NightReport,
) -> None:
    report.erased = steps.carry_out_erasures(settings)
    steps.prepare_reference(settings, authority)
    found = [
        steps.find_deliveries(settings, source, sources[:place])
        for place, source in enumerate(sources)
    ]
    records = [record for each in found for record in each.records]
    records += sources_without_files(sources, found)
    if names := inputs_not_read(sources):
        report.notes.append(sentence_of("inputs_not_read", files=", ".join(names)))
    queues = [queue for each in found for queue in each.deliveries.values() if queue]
    is_news = bool(queues) or not is_published(settings, run)
    if is_news:
        steps.build_reference(settings)
        steps.check_as_of_day(settings, run)
    is_judged = is_news and read_and_judge(settings, run, steps, queues, records)
    report.files += steps.record_files(settings, run, records)
    if sources:
        _check_something_was_read(settings, report)
    expired = Erased()
    if is_news and not is_published(settings, run):  # a database may hold what it held before
        if not is_judged:
            judge(settings, run, steps)
        expired = steps.forget_expired(settings)
        if expired.cases:
            report.notes.append(
                f"Cases erased, for their retention had ended: {expired.cases}; documents removed, "
                f"because they named one: {expired.documents}."
            )
            judge(settings, run, steps)
        steps.build_deadlines(settings)
        steps.validate_deadlines(settings, run)
        steps.copy_log(settings, run)
        steps.build_marts(settings)
        candidate = steps.check_marts(settings, run)
        report.notes += steps.publish(settings, run, None, candidate)
    else:
        steps.copy_log(settings, run)
        steps.build_run_marts(settings)
        report.notes += steps.publish(settings, run, list(build.RUN_MARTS))
    if run.is_published and settings.store.get_secret_value():
        keeps_older = not (report.erased.cases or expired.cases)
        steps.publish_to_joint_store(settings, keeps_older)
    if run.is_published and settings.nightly_exports:
        steps.export_published(settings)
    if run.is_published and settings.site:
        steps.write_site(settings)


def read_and_judge(
    settings: Settings,
    run: Run,
    steps: SimpleNamespace,
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
        judge(settings, run, steps)
    while any(queues):
        if _extract_next(settings, run, steps, queues, records):
            judge(settings, run, steps)
            is_judged = True
    return is_judged


def _extract_next(
    settings: Settings,
    run: Run,
    steps: SimpleNamespace,
    queues: list[list[Delivery]],
    records: list[FileRecord],
) -> bool:
    """Read the oldest delivery of each queue; return whether anything of them was taken."""
    is_taken = False
    for queue in filter(None, queues):
        extracted = steps.extract(settings, run, queue.pop(0))
        is_taken |= extracted.is_taken
        records += [file for file in extracted.files if file.status != "loaded"]
        if extracted.must_be_read_again:
            records += [record for later in queue for record in later.waiting_records()]
            queue.clear()
    return is_taken


def judge(settings: Settings, run: Run, steps: SimpleNamespace) -> None:
    """Find the current records and let gate 1 judge them; log what became of each.

    A delivery that is stopped at the door is taken back, and all is judged without it.
    """
    begin_judging(settings, run)
    steps.build_records(settings)
    steps.validate_records(settings)
    if steps.validate_deliveries(settings):
        steps.build_records(settings)
        steps.validate_records(settings)
    steps.record_fates(settings)


def _check_something_was_read(settings: Settings, report: NightReport) -> None:
    exports = [record for record in report.files if record.dataset == COMPLAINTS.dataset]
    if not exports:
        raise RunFailedError("no_exports_found", path=settings.source)
    # An older file that was read on an earlier night brings nothing, whatever it held.
    news = [record for record in exports if record.status != "superseded"]
    if news and all(record.status in REFUSED for record in news):
        is_any_stopped = any(each.status == "stopped" for each in news)
        raise RunFailedError(
            "every_file_refused" if is_any_stopped else "every_file_rejected",
            reasons=" ".join(dict.fromkeys(record.message or "" for record in report.rejected)),
        )
