"""Bring the log of runs into the working store, from which dbt builds marts of it."""

from types import SimpleNamespace

from complaints.warehouse.run_log import open_log
from complaints.warehouse.runs import Night
from complaints.warehouse.settings import Settings
from complaints.warehouse.step_log import write_steps
from complaints.warehouse.store import open_warehouse

COPIED_TABLES = ("ops_runs", "ops_steps", "ops_alerts")


def copy_log(settings: Settings, night: Night) -> None:
    """Replace the copies `raw.ops_*` by what the log says now, this run's steps so far included."""
    with open_log(settings.runs_path) as log, open_warehouse(settings) as warehouse:
        write_steps(log, night.log.steps)
        warehouse.begin()
        for table in COPIED_TABLES:
            described = warehouse.execute(f"describe raw.{table}").fetchall()
            columns = ", ".join(column for column, *_ in described)
            # One connection reads the other's rows through Arrow's C interface: pyarrow, which
            # to_arrow_table() asks for, is 170 MB that nothing else here needs.
            rows = SimpleNamespace(__arrow_c_stream__=log.table(table).__arrow_c_stream__)
            warehouse.register("logged", rows)
            warehouse.execute(f"delete from raw.{table}")
            warehouse.execute(f"insert into raw.{table} by name select {columns} from logged")
            warehouse.unregister("logged")
        warehouse.commit()
