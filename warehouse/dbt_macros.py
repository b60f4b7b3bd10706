"""Macros of the dbt project as DuckDB's SQL, for what is read before dbt or beside it."""

from functools import cache
from typing import Any

import jinja2

from complaints.warehouse.settings import PROJECT_FOLDER

FILES = ("engines.sql", "typing.sql", "written_dates.sql", "matched_form.sql")


class _Adapter:
    """Dispatches as dbt does for DuckDB, whatever engine builds."""

    macros: Any

    def dispatch(self, name: str) -> Any:
        return getattr(self.macros, f"default__{name}")


@cache
def dbt_macros() -> Any:
    """Return the macros of `FILES` by their names; each returns SQL."""
    adapter = _Adapter()
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    environment.globals["adapter"] = adapter
    folder = PROJECT_FOLDER / "dbt_project" / "macros"
    source = "\n".join((folder / name).read_text(encoding="utf-8") for name in FILES)
    adapter.macros = environment.from_string(source).module
    return adapter.macros
