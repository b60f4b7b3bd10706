"""A person has found a stopped delivery right as it is: the next night takes it."""

from typing import NamedTuple

from complaints.warehouse import clock
from complaints.warehouse.errors import RunFailedError, UsageError
from complaints.warehouse.runs import lock_home
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import hold_warehouse, open_warehouse

# The stops of the newest run that stopped a source, unless a delivery of it was taken since.
STOPS = """
with stops as (
    select * from raw.delivery_stops
    where source = $source and last_delivery = (
        select coalesce(max(deliveries.delivery_number), 0) from raw.deliveries
        where deliveries.source = $source and deliveries.dataset = delivery_stops.dataset
    )
)
select * from stops where run_id = (select max(run_id) from stops)
"""


class Stop(NamedTuple):
    """Why a delivery was stopped."""

    rule_code: str
    evidence: str


def accept_delivery(settings: Settings, source: str, role: str, reason: str) -> list[Stop]:
    """Record that a person found the stopped delivery of a source right; return why it was stopped.

    It holds until a delivery of the source is loaded, with which the next ones are compared.

    Raises:
        UsageError: no delivery of the source is stopped.
        RunFailedError: there is no working store yet, or another run is in progress in the home.
    """
    if not settings.warehouse_path.exists():
        raise RunFailedError("no_deliveries", home=settings.home)
    with lock_home(settings), hold_warehouse(settings), open_warehouse(settings) as store:
        found = store.execute(
            f"select distinct rule_code, evidence from ({STOPS}) order by all", {"source": source}
        ).fetchall()
        if not found:
            known = store.execute("select distinct source from raw.delivery_files").fetchall()
            codes = ", ".join(sorted(code for (code,) in known))
            raise UsageError("no_delivery_stopped", source=source, sources=codes or "none")
        store.execute(
            "insert into raw.delivery_acceptances by name select source, dataset, last_delivery, "
            "rule_code, subject, extent, $role as role, $reason as reason, "
            f"$at as recorded_at, $day as recorded_on from ({STOPS})",
            {
                "source": source,
                "role": role,
                "reason": reason,
                "at": clock.utc_now(),
                "day": settings.as_of_day,
            },
        )
    return [Stop(*row) for row in found]
