"""dbt's `adapter` for sqlfluff, which lints without dbt: what a dispatched macro reads like."""

from collections.abc import Callable
from typing import Any


def dispatch(name: str) -> Callable[..., str]:
    """Return what writes a macro as a function of its first argument, or as a query."""

    def written(first: Any, *_: Any) -> str:
        if name == "rows_of_columns":
            return f"select * from {first}"
        return f"{name}({', '.join(first) if isinstance(first, list) else first})"

    return written
