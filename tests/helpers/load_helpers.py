"""What the tests of the load share: a working store to which rows are delivered."""

from datetime import date
from typing import Any

from compiled_models import WITHOUT_DBT
from complaints.flows.night import judge, logged_steps
from complaints.flows.readers.export_files import FileRecord
from complaints.flows.readers.sources import read_sources
from complaints.flows.steps.extract import extract
from complaints.flows.steps.file_records import record_files
from complaints.flows.steps.find_deliveries import find_deliveries
from complaints.warehouse.runs import start_run
from complaints.warehouse.settings import Settings
from conftest import Row, query, write_export
from rule_examples import STAGE_1

AS_OF_DAY = date(2018, 11, 27)
FATES = ("loaded", "unchanged", "duplicate", "superseded", "quarantined")


def row(case_reference: str, base: Row = STAGE_1, **changed: str) -> Row:
    """Return a good row of a case with something changed."""
    return {"case_reference": case_reference, "last_updated": "", "reasons": ""} | base | changed


class Warehouse:
    """A working store to which deliveries are made, up to the first gate."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def deliver(self, *rows: Row, as_of: date = AS_OF_DAY) -> dict[str, int]:
        """Deliver rows as one file and judge them; return the fates of the rows."""
        write_export(self.settings.source / "complaints.csv", rows)
        (record,) = self._judged(as_of)
        fates = {fate: getattr(record, f"rows_{fate}") for fate in FATES}
        assert sum(fates.values()) == record.rows_read == len(rows)
        return {fate: count for fate, count in fates.items() if count}

    def pass_to(self, as_of: date) -> None:
        """Judge on a later day without any news."""
        (record,) = self._judged(as_of)
        assert record.status == "unchanged"

    def _judged(self, as_of: date) -> list[FileRecord]:
        settings = self.settings.model_copy(update={"as_of": as_of})
        with start_run(settings) as run:
            found = find_deliveries(settings, read_sources(settings.source)[0])
            for delivery in found.deliveries["complaints"]:
                extract(settings, run, delivery)
            judge(settings, run, logged_steps(run, WITHOUT_DBT))
            return record_files(settings, run, found.records)

    def rows(self, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
        """Return columns of the current rows that no rule on the row alone holds back."""
        return query(
            self.settings.warehouse_path,
            f"select {columns} from intermediate.int_stage_rows where {where} order by all",
        )

    def loaded(self) -> list[tuple[str, str]]:
        """Return the cases and stages that are not held back."""
        return self.rows("case_reference, stage", "not is_held")

    def held(self) -> dict[str | None, str]:
        """Return, for each case held back, the rules it fails."""
        return dict(
            query(
                self.settings.warehouse_path,
                "select case_reference, string_agg(distinct rule_code, ',' order by rule_code) "
                "from intermediate.int_held_rows inner join validation.findings using (record_id) "
                "group by all",
            )
        )

    def findings(self) -> list[tuple[str]]:
        """Return the codes of all rules that fail on some row."""
        return query(
            self.settings.warehouse_path,
            "select distinct rule_code from validation.findings order by 1",
        )
