"""The reports that were released, as `<home>/releases/` keeps them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from complaints.report.content import Cell, Report
from complaints.report.layout import long_date
from complaints.report.linked_documents import Document
from complaints.warehouse.backup import file_sum, read_sums
from complaints.warehouse.errors import UsageError
from complaints.warehouse.published import RELEASE_FIGURES
from complaints.warehouse.settings import Settings

RELEASE_COLUMNS = ("release", "period", "profile", "as_of_day", "released_on", "role", "documents")


@dataclass(frozen=True)
class Release:
    """A report as it was released.

    Attributes:
        folder: where it is kept; the folder's name is that of the release.
        content: what release.json says.
    """

    folder: Path
    content: Mapping[str, Any]

    @property
    def release(self) -> str:
        """Its name, as in rpt_releases."""
        return self.folder.name

    def __getattr__(self, name: str) -> Any:
        """Return what release.json says: period, profile, as_of_day, released_on, role."""
        try:
            return self.content[name]
        except KeyError:
            raise AttributeError(name) from None

    @cached_property
    def document(self) -> Document:
        """Its counts, those it hides, and how they hang together."""
        return Document.of_json(self.content)

    @property
    def counts(self) -> dict[Cell, int]:
        """Every count that it shows or hides."""
        values = self.document.values
        return {cell: values[cell] for cell in self.document.shown if cell in values}

    @property
    def documents(self) -> str:
        """Say whether the documents are as they were released."""
        sums = read_sums(self.folder)
        changed = [
            name
            for name, expected in sums.items()
            if not (self.folder / name).is_file() or file_sum(self.folder / name) != expected
        ]
        return f"changed: {', '.join(changed)}" if changed else "as released"


def read_releases(settings: Settings) -> list[Release]:
    """Return what was released, the oldest first."""
    paths = settings.releases_folder.glob(f"[!.]*/{RELEASE_FIGURES}")
    found = [Release(path.parent, json.loads(path.read_text(encoding="utf-8"))) for path in paths]
    return sorted(found, key=lambda each: (each.released_at, each.release))


def earlier_release_notes(
    settings: Settings, report: Report, profile: str, counts: Mapping[Cell, int]
) -> Iterator[str]:
    """Say what was released of a period, and how many of its figures are others today."""
    for each in read_releases(settings):
        if each.period != report.period or (each.profile == "internal" != profile):
            continue
        lasting = {cell: n for cell, n in each.counts.items() if not cell.period.startswith("on ")}
        differing = sum(counts.get(cell, 0) != counted for cell, counted in lasting.items())
        yield (
            f"Released on {long_date(each.released_on)} ({each.release}), figures as at "
            f"{long_date(each.as_of_day)}: {differing or 'none'} of its {len(lasting)} figures "
            f"{'differs' if differing == 1 else 'differ'} today."
        )


def release_called(settings: Settings, name: str) -> Release:
    """Return the release of a name.

    Raises:
        UsageError: there is none.
    """
    releases = read_releases(settings)
    found = next((each for each in releases if each.release == name), None)
    if found is None:
        if not releases:
            raise UsageError("nothing_released", name=name)
        known = ", ".join(each.release for each in releases)
        raise UsageError("release_unknown", name=name, known=known)
    return found


def newest_release_of(settings: Settings, period: str) -> Release:
    """Return the last release of a period.

    Raises:
        UsageError: there is none.
    """
    for each in reversed(read_releases(settings)):
        if each.content["period"] == period:
            return each
    raise UsageError("period_not_released", period=period)


def list_releases(settings: Settings) -> list[tuple[Any, ...]]:
    """Return what was released, the newest first, as rows of RELEASE_COLUMNS."""
    found = read_releases(settings)[::-1]
    return [tuple(getattr(each, column) for column in RELEASE_COLUMNS) for each in found]
