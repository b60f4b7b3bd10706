"""Find what was delivered and read it into the landing tables."""

from complaints.flows.readers.sources import Source
from complaints.flows.steps.extract import Extracted, extract
from complaints.flows.steps.find_deliveries import Delivery, Found, find_deliveries
from complaints.warehouse.runs import Night
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import open_warehouse


def find(settings: Settings, source: Source) -> Found:
    """Return the deliveries to read tonight, oldest first, and the files that need no reading."""
    with open_warehouse(settings) as warehouse:
        return find_deliveries(warehouse, source)


def extract_delivery(settings: Settings, night: Night, delivery: Delivery) -> Extracted:
    """Read one delivery as text into `landing.text_rows`.

    What the warehouse knows already is what it was, as long as text is read as it was before:
    with other spellings the same content can be the row of another stage.
    """
    is_read_otherwise = night.has_rulebook_changed(delivery.source.code)
    with open_warehouse(settings) as warehouse:
        return extract(warehouse, delivery, is_known_text_kept=is_read_otherwise)
