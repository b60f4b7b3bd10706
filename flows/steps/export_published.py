"""Write the published marts to files, where a setting says so."""

from complaints.warehouse.exports import export_marts
from complaints.warehouse.settings import Settings


def export_published(settings: Settings) -> None:
    """Write the marts that were just published, in the formats that the setting names."""
    export_marts(settings, settings.nightly_exports)
