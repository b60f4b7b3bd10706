"""Read what was learned from complaints: the only text that stays in the working store."""

from collections.abc import Mapping

import duckdb

from complaints.report.periods import Period
from complaints.warehouse.errors import RunFailedError
from complaints.warehouse.runs import lock_home
from complaints.warehouse.settings import Settings

# By procedure, stage and reason.
Learnings = Mapping[tuple[str, str, str], list[str]]


def read_learnings(settings: Settings, period: Period) -> Learnings | None:
    """Return the learnings of a period by theme, or None where the working store is out of reach.

    The home is held meanwhile: a night could not open a store that is being read. A store that a
    night is at work in, that was left behind when the marts were copied, or that is older than
    the code is out of reach, and the report says so in the learnings' place.
    """
    if not settings.warehouse_path.exists():
        return None
    try:
        with (
            lock_home(settings),
            duckdb.connect(settings.warehouse_path, read_only=True) as warehouse,
        ):
            rows = warehouse.execute(
                "select procedure, stage, reason, learning_texts "
                "from intermediate.int_theme_learnings where period = ?",
                [period.name],
            ).fetchall()
    except (RunFailedError, OSError, duckdb.IOException, duckdb.CatalogException):
        return None
    return {(procedure, stage, reason): texts for procedure, stage, reason, texts in rows}
