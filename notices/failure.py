"""A night that failed: where it was, why it ended there, and what to try next."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from complaints.flows.steps.find_deliveries import Delivery, FileRecord
from complaints.notices.digest import Group, Section
from complaints.warehouse.errors import OperatorError
from complaints.warehouse.runs import Night
from complaints.warehouse.settings import Settings

STEPS_ON_A_DELIVERY = {"extract", "land", "validate", "load"}


@dataclass
class Trail:
    """Where a night is.

    Attributes:
        step: the step that began last; none before the first.
        files: those of the delivery at work, where the step works on one.
        night: the run, once it has begun.
        files_met: the files that the night knows of so far.
        is_published: whether the marts were replaced.
    """

    step: str | None = None
    files: tuple[str, ...] = ()
    night: Night | None = None
    files_met: Sequence[FileRecord] = field(default_factory=list)
    is_published: bool = False

    @property
    def rejected(self) -> list[FileRecord]:
        """The files that were rejected whole."""
        return [file for file in self.files_met if file.status == "rejected"]

    def enter(self, step: str, given: Sequence[Any]) -> None:
        """Note that a step begins, and with which files."""
        delivery = next((each for each in given if isinstance(each, Delivery)), None)
        if delivery:
            self.files = tuple(file.name for file in delivery.files)
        elif step not in STEPS_ON_A_DELIVERY:
            self.files = ()
        self.step = step


def failure_section(settings: Settings, trail: Trail, problem: Exception) -> Section:
    """Say which step of which file failed, why, and what to try."""
    step = (trail.step or "start, before the first step").replace("_", " ")
    lines = [
        f"Step: {step}",
        *([f"File: {', '.join(trail.files)}"] if trail.files else []),
        _what_happened(problem),
        "The marts were published before it failed."
        if trail.is_published
        else "Nothing was published; the marts of the night before stay.",
        f"Try next: complaints nightly{_words(settings)} --dry-run, which changes nothing; then "
        "the same without --dry-run.",
    ]
    return Section("The night failed", "failure", (Group(None, None, tuple(lines), 1),))


def backup_failure_section(settings: Settings, problem: Exception) -> Section:
    """Say why a backup failed, and what to try."""
    lines = (
        _what_happened(problem),
        "The backups made before stay.",
        f'Try next: complaints backup --home "{settings.home}"',
    )
    return Section("The backup failed", "backup_failure", (Group(None, None, lines, 1),))


def _what_happened(problem: Exception) -> str:
    """Give the sentence of a mistake; of what nobody thought of only its type, for it may quote."""
    is_known = isinstance(problem, OperatorError)
    return f"What happened: {problem if is_known else f'an unexpected {type(problem).__name__}'}"


def _words(settings: Settings) -> str:
    source = f' --source "{settings.source}"' if settings.source else ""
    return f'{source} --home "{settings.home}"'
