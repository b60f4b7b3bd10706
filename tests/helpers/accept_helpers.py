"""A home whose rows fail rules, and what is done in it: people accept, nights run."""

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from command_helpers import Run, Said
from compiled_models import WITHOUT_DBT, compiled_models, fill
from complaints.flows.night import Function, run_night
from complaints.warehouse.errors import ExitCode
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import open_warehouse
from conftest import Row, query, write_export
from load_helpers import row
from rule_examples import STAGE_2

DAY = date(2018, 11, 27)
REASON = "The date on the letter is wrong, the post book is right."
ROWS = (
    row("ANSWERED", responded_date="2018-06-29"),
    row("CLOCK", clock_start_date="2018-06-25"),
    row("ORDER", received_date="2018-08-02", responded_date="2018-08-03"),
    row("ORDER", STAGE_2),
    row("TWICE", reasons="Delay"),
    row("TWICE", reasons="Staff"),
    row("TARGET", target_date="2018-07-17"),
    row("BOTH", responded_date="2018-06-29", service_team=""),
    row("THIRD", procedure="corporate", stage="stage_3"),
    row("SOON", received_date="soon"),
    row("AGAIN", target_date="2018-07-17"),
)
HELD = {
    "ANSWERED": "responded_before_received",
    "CLOCK": "clock_start_before_received",
    "ORDER": "stage_received_before_previous_stage",
    "TWICE": "stage_row_conflict",
    "BOTH": "responded_before_received",
    "THIRD": "stage_not_in_procedure",
    "SOON": "received_date_invalid",
}
WARNED = [("AGAIN", "target_date_disagrees"), ("TARGET", "target_date_disagrees")]
SOME_MARTS = ("marts.dq_", "marts.fct_")


def build_some_marts(settings: Settings) -> None:
    """Stand in for the step `build_marts`: facts and data quality, no reports."""
    models = compiled_models(settings.home, "marts")
    with open_warehouse(settings) as warehouse:
        fill(warehouse, [each for each in models if each.relation.startswith(SOME_MARTS)])


QUICK = WITHOUT_DBT | {"build_marts": build_some_marts, "publish": lambda *_given: []}


class Home:
    """A home in which the rows were delivered once; what is done in it goes through commands."""

    def __init__(self, settings: Settings, run: Run) -> None:
        self.settings, self.run = settings, run

    def accept(self, *words: str, reason: str | None = REASON) -> Said:
        """Run `complaints accept`."""
        reasons = () if reason is None else ("--reason", reason)
        return self.run("accept", *words, *reasons, "--home", self.settings.home)

    def accepts(self, *words: str) -> None:
        """Run `complaints accept`, which does what it is asked."""
        said = self.accept(*words)
        assert said.exit_code == ExitCode.DONE, said

    def listed(self, columns: Iterable[str]) -> list[tuple[str, ...]]:
        """Return columns of what `complaints accepted` lists, the newest first."""
        said = self.run("accepted", "--format", "csv", "--home", self.settings.home)
        lines = csv.DictReader(said.out.splitlines())
        return [tuple(line[column] for column in columns) for line in lines]

    def deliver(self, rows: Iterable[Row]) -> None:
        """Put rows into the source's folder in place of those before."""
        write_export(self.settings.source / "complaints.csv", rows)

    def night(self, day: date = DAY, steps: Mapping[str, Function] = QUICK) -> None:
        """Run a night up to the marts that say what is held, warned of and accepted."""
        run_night(self.settings.model_copy(update={"as_of": day}), steps)

    def marts(self, sql: str) -> list[tuple[Any, ...]]:
        """Return rows of the marts, which the last night may not have published."""
        return query(self.settings.warehouse_path, f"use marts; {sql}")

    def held(self) -> dict[str, str]:
        """Return, for each case held back, the errors that hold it."""
        return dict(self.marts("select case_reference, rule_codes from dq_quarantine"))

    def warned(self) -> list[tuple[Any, ...]]:
        """Return the warnings."""
        return self.marts("select case_reference, rule_code from dq_warnings order by all")

    def stages(self, case: str) -> int:
        """Return how many stages of a case the facts have."""
        return self.marts(
            f"select count(*) from fct_complaint_stages where case_reference = '{case}'"
        )[0][0]
