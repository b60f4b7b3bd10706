"""What the tests of the load share: a working store to which rows are delivered."""

from datetime import date
from typing import Any

from complaints.flows.night import Steps
from complaints.flows.readers.sources import read_sources
from complaints.warehouse.runs import start_night
from complaints.warehouse.settings import Settings
from conftest import Row, query, write_export
from rule_examples import STAGE_1

AS_OF_DAY = date(2018, 11, 27)
FATES = ("loaded", "unchanged", "duplicate", "superseded", "quarantined")


def row(case_reference: str, base: Row = STAGE_1, **changed: str) -> Row:
    """Return a good row of a case with something changed."""
    return {"case_reference": case_reference, "last_updated": "", "reasons": ""} | base | changed


class Warehouse:
    """A working store to which deliveries are made, up to the load."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def deliver(self, *rows: Row, as_of: date = AS_OF_DAY) -> dict[str, int]:
        """Deliver rows as one file and load it; return the fates of its rows."""
        write_export(self.settings.source / "complaints.csv", rows)
        settings = self.settings.model_copy(update={"as_of": as_of})
        steps = Steps()
        with start_night(settings) as night:
            for delivery in steps.find_deliveries(
                settings, read_sources(settings.source)[0]
            ).deliveries:
                extracted = steps.extract(settings, night, delivery)
                steps.land(settings, night, "complaints")
                steps.validate(settings, night, "complaints")
                (record,) = steps.load(settings, night, "complaints", extracted)
        fates = {fate: getattr(record, f"rows_{fate}") for fate in FATES}
        assert sum(fates.values()) == record.rows_read == len(rows)
        return {fate: count for fate, count in fates.items() if count}

    def pass_to(self, as_of: date) -> None:
        """Run a night on a later day without any news."""
        settings = self.settings.model_copy(update={"as_of": as_of})
        steps = Steps()
        with start_night(settings) as night:
            assert night.must_judge_again("complaints")
            steps.land(settings, night, "complaints", False)
            steps.validate(settings, night, "complaints")
            steps.load(settings, night, "complaints")

    def rows(self, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
        """Return columns of the rows that the warehouse holds."""
        return query(
            self.settings.warehouse_path,
            f"select {columns} from raw.stage_rows where {where} order by all",
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
                "from raw.stage_rows inner join raw.findings using (row_id) "
                "where is_held group by all",
            )
        )

    def findings(self) -> list[tuple[str]]:
        """Return the codes of all rules that fail on some row."""
        return query(
            self.settings.warehouse_path, "select distinct rule_code from raw.findings order by 1"
        )
