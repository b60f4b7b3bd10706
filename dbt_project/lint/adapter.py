"""dbt's `adapter` for sqlfluff, which lints without dbt: a dispatched macro reads as a function."""

from collections.abc import Callable


def dispatch(name: str) -> Callable[..., str]:
    """Return what writes a call of the macro as a call of a function of the same name."""
    return lambda *given: f"{name}({', '.join(map(str, given))})"
