"""Who is notified of what: each recipient of the settings once, with all that concerns them."""

import hashlib
from typing import NamedTuple

from complaints.warehouse.settings import Settings, entries_of

DATA_QUALITY, DEADLINES, FAILURES = "data_quality", "deadlines", "failures"
AUDIENCES = (DATA_QUALITY, DEADLINES, FAILURES)


class Recipient(NamedTuple):
    """An e-mail address or an Apprise URL.

    Attributes:
        entry: as the setting has it.
        place: where the setting has it, to speak of it without repeating it.
        audiences: what it is notified of, in the order of AUDIENCES.
    """

    entry: str
    place: str
    audiences: tuple[str, ...]

    @property
    def is_address(self) -> bool:
        """Whether it is an e-mail address."""
        return "://" not in self.entry

    @property
    def known_as(self) -> str:
        """What the outbox knows it by."""
        return hashlib.sha256(self.entry.encode()).hexdigest()[:16]


def recipients_of(settings: Settings) -> list[Recipient]:
    """Return every recipient once, in the order of the settings."""
    found: dict[str, Recipient] = {}
    for audience in AUDIENCES:
        name = f"alerts_{audience}"
        for number, entry in enumerate(entries_of(getattr(settings, name)), start=1):
            place = f"entry {number} of COMPLAINTS_{name.upper()}"
            known = found.get(entry, Recipient(entry, place, ()))
            if audience not in known.audiences:
                found[entry] = known._replace(audiences=(*known.audiences, audience))
    return list(found.values())
