"""Who is notified of what: each recipient of the settings once, with all that concerns them."""

import hashlib
from typing import NamedTuple

from complaints.warehouse.run_log import AUDIENCES, OF_TEAMS
from complaints.warehouse.settings import Settings, entries_of, teams_of


class Scope(NamedTuple):
    """Of what a recipient is notified.

    Attributes:
        audiences: those of which it gets everything, in the order of AUDIENCES.
        teams: in lower case, those whose deadlines and records it gets.
    """

    audiences: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()

    def has(self, audience: str, team: str | None) -> bool:
        """Return whether a line for an audience, about a team, belongs to it."""
        return audience in self.audiences or (
            audience in OF_TEAMS and team is not None and team.lower() in self.teams
        )

    @property
    def parts(self) -> list[str]:
        """The audiences of which it gets something."""
        return [
            each
            for each in AUDIENCES
            if each in self.audiences or (self.teams and each in OF_TEAMS)
        ]

    def __str__(self) -> str:
        """Return what the log of runs and the preview call it."""
        of_teams = [f"the teams {', '.join(self.teams)}"] if self.teams else []
        return ", ".join([*self.audiences, *of_teams])


class Recipient(NamedTuple):
    """An e-mail address or an Apprise URL.

    Attributes:
        entry: as the setting has it.
        place: where the setting has it, to speak of it without repeating it.
        scope: of what it is notified.
    """

    entry: str
    place: str
    scope: Scope

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
            known = found.get(entry, Recipient(entry, place, Scope()))
            audiences = (*known.scope.audiences, audience)
            scope = known.scope._replace(audiences=tuple(dict.fromkeys(audiences)))
            found[entry] = known._replace(scope=scope)
    for number, (team, entry) in enumerate(teams_of(settings.alerts_teams), start=1):
        place = f"entry {number} of COMPLAINTS_ALERTS_TEAMS"
        known = found.get(entry, Recipient(entry, place, Scope()))
        teams = tuple(dict.fromkeys((*known.scope.teams, team.lower())))
        found[entry] = known._replace(scope=known.scope._replace(teams=teams))
    return list(found.values())
