"""The worklist: what is overdue, due and open, and which records to correct, team by team."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from complaints.warehouse.access import share
from complaints.warehouse.clock import day_in_words
from complaints.warehouse.errors import RunFailedError, UsageError
from complaints.warehouse.query import open_marts
from complaints.warehouse.settings import Settings
from complaints.warehouse.workbook import Sheet, write_workbook

OVERDUE, DUE_SOON, OPEN = "Overdue", "Due soon", "Open"
CORRECT, CHECK = "To correct", "To check"
STATES = (OVERDUE, DUE_SOON, OPEN, CORRECT, CHECK)
WRAPPED = ("What to do", "Rules")
WORKLIST = """
select
    case
        when task = 'correct_record' then 'To correct'
        when task = 'check_record' then 'To check'
        when is_overdue then 'Overdue'
        when working_days_left <= $due_within then 'Due soon'
        else 'Open'
    end as "Status",
    service_team as "Team",
    left(case_reference, 100) as "Case",
    coalesce(
        dim_stages.printed_name, upper(left(stage, 1)) || replace(substr(stage, 2), '_', ' ')
    ) as "Stage",
    upper(left(procedure, 1)) || substr(procedure, 2) as "Procedure",
    received_date as "Received",
    due_date as "Due",
    working_days_left as "Working days left",
    what_to_do as "What to do",
    file_name as "File",
    spreadsheet_row as "Row in Excel",
    replace(rule_codes, ',', ', ') as "Rules"
from rpt_worklist
left join dim_stages using (procedure, stage)
order by
    lower(service_team),
    list_position(['Overdue', 'Due soon', 'Open', 'To correct', 'To check'], "Status"),
    due_date nulls last, received_date nulls last, case_reference, file_name, row_number
"""


class Worklist(NamedTuple):
    """The worklist as at a day; the first two values of a row are its state and its team."""

    as_of_day: date
    columns: list[str]
    rows: list[tuple[Any, ...]]

    @property
    def teams(self) -> list[str]:
        """The teams that have something to do, as they are most often written, by their names."""
        written = Counter(row[1] for row in self.rows)
        most_often_last = sorted(written, key=lambda team: written[team])
        names = {team.casefold(): team for team in most_often_last}
        return [names[team] for team in sorted(names)]

    def of_teams(self, teams: Sequence[str]) -> "Worklist":
        """Return what these teams have to do, whatever the case of their names."""
        wanted = {team.casefold() for team in teams}
        return self._replace(rows=[row for row in self.rows if row[1].casefold() in wanted])


def read_worklist(settings: Settings, teams: Sequence[str] = ()) -> Worklist:
    """Return the worklist of all teams, or of some.

    Raises:
        RunFailedError: nothing has been published yet, or by an older version.
        UsageError: a team is not known to the marts.
    """
    with open_marts(settings.marts_path) as marts:
        try:
            found = marts.execute(WORKLIST, {"due_within": settings.alerts_due_within_days})
            columns = [name for name, *_ in found.description or []]
            rows = found.fetchall()
            (as_of_day,) = marts.execute("select as_of_day from dq_publication").fetchall()[0]
            known = marts.execute(
                "select service_team from fct_complaint_stages "
                "union select service_team from dq_quarantine order by 1"
            ).fetchall()
        except (duckdb.CatalogException, duckdb.BinderException):
            raise RunFailedError("marts_older_than_code", home=settings.home) from None
    worklist = Worklist(as_of_day, columns, rows)
    for team in teams:
        if team.casefold() not in {each.casefold() for (each,) in known}:
            raise UsageError("team_unknown", team=team, known=", ".join(each for (each,) in known))
    return worklist.of_teams(teams) if teams else worklist


def save_worklist(
    settings: Settings, worklist: Worklist, out: Path | None = None, by_team: bool = False
) -> Path:
    """Write the worklist to a workbook, in the reports of the home where no path is given.

    Raises:
        UsageError: the folder cannot be used.
    """
    path = out or settings.reports_folder / file_name_of(worklist)
    if path.suffix.lower() != ".xlsx":
        path = path / file_name_of(worklist)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_worklist(worklist, path, by_team)
    except OSError as problem:
        raise UsageError(
            "report_folder_unusable", folder=path.parent, reason=problem.strerror
        ) from None
    if out is None:  # what goes elsewhere is its writer's to share
        for each in (path.parent, path):
            share(settings, each)
    return path


def file_name_of(worklist: Worklist) -> str:
    """Return the name of the workbook."""
    return f"worklist-{worklist.as_of_day}.xlsx"


def write_worklist(worklist: Worklist, path: Path, by_team: bool = False) -> None:
    """Write the worklist as a workbook: how much each team has to do, then what."""
    day = day_in_words(worklist.as_of_day)
    counts = Counter((row[1].casefold(), row[0]) for row in worklist.rows)
    summary = [
        (team, *(counts[team.casefold(), state] for state in STATES)) for team in worklist.teams
    ]
    if len(summary) > 1:
        totals = Counter(row[0] for row in worklist.rows)
        summary.append(("All teams", *(totals[state] for state in STATES)))
    lists = (
        [(team, worklist.of_teams([team]).rows) for team in worklist.teams]
        if by_team
        else [("Worklist", worklist.rows)]
    )
    title = f"Complaints to work on, as at {day}. Internal: names cases."
    write_workbook(
        path,
        [
            Sheet("Teams", ("Team", *STATES), summary, title),
            *(
                Sheet(
                    name,
                    worklist.columns,
                    rows,
                    f"{name}, as at {day}. Internal: names cases.",
                    WRAPPED,
                    [row[0] == OVERDUE for row in rows],
                )
                for name, rows in lists
            ),
        ],
    )
