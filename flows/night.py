"""The night: every step in its order, as plain functions.

The Prefect flow runs this same order with the same steps as tasks: it passes its own `Steps`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from complaints.flows.readers.sources import Source, read_sources
from complaints.flows.steps import build, deliver
from complaints.flows.steps.copy_log import copy_log
from complaints.flows.steps.find_deliveries import FileRecord
from complaints.flows.steps.judge_clocks import judge_clocks
from complaints.flows.steps.land import land
from complaints.flows.steps.load import load_delivery, record_files
from complaints.flows.steps.optional_inputs import load_optional_inputs
from complaints.flows.steps.publish import publish
from complaints.flows.steps.reference import check_as_of_day, prepare_reference
from complaints.flows.steps.validate import validate
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
    find_deliveries: Step = deliver.find
    extract: Step = deliver.extract_delivery
    land: Step = land
    validate: Step = validate
    load: Step = load_delivery
    load_optional_inputs: Step = load_optional_inputs
    record_files: Step = record_files
    build_intermediate: Step = build.build_intermediate
    judge_clocks: Step = judge_clocks
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
    if steps.prepare_reference(settings, night):
        steps.build_reference(settings)
    steps.check_as_of_day(settings, night)
    has_changed = [_load_source(settings, night, source, steps, report) for source in sources]
    exports = [record for record in report.files if record.contents == COMPLAINTS.contents]
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
    if not any(has_changed) and night.is_last_night_published:
        steps.copy_log(settings, night)
        steps.build_deliveries(settings)
        report.notes += steps.publish(settings, night, list(build.EVERY_NIGHT))
    else:
        steps.build_intermediate(settings)
        steps.judge_clocks(settings, night)
        steps.copy_log(settings, night)
        steps.build_marts(settings)
        candidate = steps.check_marts(settings, night)
        report.notes += steps.publish(settings, night, None, candidate)
    report.is_published = True
    report.notes += steps.alert(settings, night, [source.code for source in sources])


def _load_source(
    settings: Settings, night: Night, source: Source, steps: Steps, report: NightReport
) -> bool:
    """Load what this source delivered; return whether the marts must be built anew."""
    found = steps.find_deliveries(settings, source)
    is_judged = False
    deliveries = iter(found.deliveries)
    for delivery in deliveries:
        night.log.files = tuple(file.name for file in delivery.files)
        extracted = steps.extract(settings, night, delivery)
        if extracted.is_unchanged or all(r.status == "rejected" for r in extracted.records):
            found.records.extend(extracted.records)
        else:
            steps.land(settings, night, source.code)
            steps.validate(settings, night, source.code)
            steps.load(settings, night, source.code, extracted)
            is_judged = True
        if extracted.must_be_read_again:  # the later ones wait, which ends this loop
            found.records += [r for later in deliveries for r in later.waiting_records()]
    night.log.files = ()
    if not is_judged and night.must_judge_again(source.code):
        steps.land(settings, night, source.code, False)
        steps.validate(settings, night, source.code)
        steps.load(settings, night, source.code)
        is_judged = True
    optional = steps.load_optional_inputs(settings, night, source.code, found.optional_inputs)
    found.records.extend(optional.records)
    report.files += steps.record_files(settings, night, source.code, found.records)
    return is_judged or optional.is_news
