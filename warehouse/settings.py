"""Every setting of the product, in one class.

Each is read from the environment (`COMPLAINTS_HOME`, …), or from a file `.env` in the home or in
the working directory; docs/settings.md lists them.
"""

import re
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from complaints.warehouse import clock
from complaints.warehouse.env_files import NAME, nearest, of_environment, of_file
from complaints.warehouse.errors import UsageError

ExportFormat = Literal["parquet", "csv", "xlsx"]
EXPORT_FORMATS: tuple[str, ...] = get_args(ExportFormat)
Check = Literal["mail", "backup", "disk", "sources", "settings"]
PROJECT_FOLDER = Path(__file__).resolve().parents[1]
RECIPIENT = re.compile(r"[a-zA-Z][\w+.-]*://\S+|[^\s@<>]+@[^\s@<>]+")


class Settings(BaseModel):
    """What a run needs to know; see each field's description."""

    model_config = ConfigDict(extra="ignore", frozen=True, validate_default=True)

    home: Path = Field(
        Path("complaints-home"),
        description="The folder that holds all that a run writes.",
    )
    source: Path | None = Field(
        None,
        description="The folder of exports, or a sources file (.yml), that `nightly` reads.",
    )
    as_of: date | None = Field(
        None,
        description="The as-of day (YYYY-MM-DD): figures as at that day; today when not set.",
    )
    kept_states: int = Field(
        7, ge=1, description="How many published states are kept in `<home>/published/`."
    )
    engine: Literal["duckdb", "spark"] = Field(
        "duckdb",
        description=(
            "What carries the rows: DuckDB, or Spark (see spark.md); the figures are the same."
        ),
    )
    spark_master: str = Field(
        "local[*]", min_length=1, description="Where Spark works; `local[*]` is this machine."
    )
    spark_partitions: int = Field(
        4, ge=1, description="Into how many parts Spark shuffles: twice its cores, say."
    )
    spark_memory: str = Field(
        "2g", pattern=r"^\d+[kmgt]$", description="The memory of Spark's driver, for example 4g."
    )
    store: SecretStr = Field(
        SecretStr(""),
        description=(
            "The joint store into which the marts are also put, as `ducklake:postgres:dbname=… "
            "host=…` (see joint_store.md); none when not set."
        ),
    )
    store_files: str = Field(
        "",
        description=(
            "The folder, or the path in an object store, of its files; when not set, the one it "
            "was begun with."
        ),
    )
    store_records: bool = Field(
        False, description="Whether the records themselves are put there as well as the marts."
    )
    memory_limit: str = Field(
        "500MB",
        pattern=r"^\d+(\.\d+)? ?[KMGT]i?B$",
        description="The memory that DuckDB may use, for example 1GB.",
    )
    combinations_at_once: int = Field(
        200_000,
        ge=1,
        description="How many combinations of values Great Expectations judges at once.",
    )
    check_waiting_days: int = Field(
        10,
        ge=0,
        description=("Working days that a row may be held back before `complaints check` says so."),
    )
    door_rows_from: int = Field(
        20, ge=1, description="From how many rows on a delivery is judged as a whole."
    )
    door_rows_share: float = Field(
        0.5,
        ge=0,
        le=1,
        description="The least share of the rows of the last delivery that a delivery must have.",
    )
    door_known_share: float = Field(
        0.1,
        ge=0,
        le=1,
        description="The least share of the cases of the last delivery that must be in it.",
    )
    door_held_share: float = Field(
        0.2, ge=0, le=1, description="The largest share of its rows that may be newly held back."
    )
    door_first_held_share: float = Field(
        0.5, ge=0, le=1, description="The same for the first delivery of a source."
    )
    door_filled_share: float = Field(
        0.2, ge=0, le=1, description="From this filled share on a column must not be emptied."
    )
    door_emptied_share: float = Field(
        0.1,
        ge=0,
        le=1,
        description="How much of its filled share such a column must still have.",
    )
    door_texts_share: float = Field(
        0.5,
        ge=0,
        le=1,
        description=(
            "The largest share of the texts of a column (teams, reasons, characteristics) that may "
            "differ from one another."
        ),
    )
    query_seconds: float = Field(
        300, gt=0, description="Seconds that a query of `complaints sql` may take."
    )
    lock_wait_seconds: float = Field(
        60,
        ge=0,
        description=(
            "Seconds that a night waits for another command, such as `report` or `backup`. "
            "Of two nights, the second fails at once."
        ),
    )
    schedule: str | None = Field(
        None,
        description=(
            "When `complaints serve` starts the night (cron, Europe/London); at 04:00 when not "
            "set. Keep out of 01:00 to 02:00, which comes twice when the clocks go back."
        ),
    )
    weekly_schedule: str | None = Field(
        None,
        description=(
            "The same for the weekly backup; on Sundays at 07:00 when not set. Keep away from the "
            "night: one waits for the other."
        ),
    )
    backup_folder: Path | None = Field(
        None,
        description=(
            "Where the weekly backups go, best on another disk, and of this home alone: older "
            "backups and the entries of erasures there are taken for its own; `<home>/backups` "
            "when not set."
        ),
    )
    kept_backups: int = Field(
        4, ge=1, description="How many backups are kept in the backup folder."
    )
    retention_years: int | None = Field(
        None,
        ge=1,
        description=(
            "Whole years after which the night erases a case, from the day on which its last stage "
            "was answered; never when not set. `complaints retention` shows what that would be."
        ),
    )
    erasure_way: Literal["forget", "anonymise"] = Field(
        "forget",
        description=(
            "What an erasure does: `forget` takes the whole case out; `anonymise` keeps dates, "
            "procedure, stage, outcome, team and reasons for the figures, under a random reference."
        ),
    )
    marts_group: str = Field(
        "",
        description=(
            "The group whose members may read `marts.duckdb`, `published/` and `reports/`; the "
            "owner alone when not set. Not on Windows (see access.md)."
        ),
    )

    nightly_exports: tuple[ExportFormat, ...] = Field(
        (),
        description=(
            "The formats in which every night writes the marts to `<home>/exports/`; none when not "
            "set."
        ),
    )
    site: bool = Field(
        True, description="Whether every night writes the pages of `<home>/site/`; internal only."
    )
    accepting_role: str = Field(
        "Complaints Manager",
        description=(
            "Who accepts an exception, releases a report or erases a case, where no --by is given; "
            "a role."
        ),
    )

    check_leaves_out: tuple[Check, ...] = Field(
        (), description="What `complaints check` leaves out, if that is intended."
    )
    check_backup_days: int = Field(
        8, ge=1, description="Days after which the last backup is too old for `complaints check`."
    )

    alerts_data_quality: SecretStr = Field(
        SecretStr(""),
        description=(
            "Recipients of notices of rejected files, held rows and warnings: e-mail addresses or "
            "Apprise URLs, separated by commas (a comma inside a URL is written %2C)."
        ),
    )
    alerts_deadlines: SecretStr = Field(
        SecretStr(""), description="Recipients of deadline notices, in the same format."
    )
    alerts_failures: SecretStr = Field(
        SecretStr(""),
        description=(
            "Recipients of notices of failed nights and rejected files, in the same format."
        ),
    )
    alerts_teams: SecretStr = Field(
        SecretStr(""),
        description=(
            "Teams and who is notified of their own deadlines and records, as "
            "`Fostering=fostering@council.example`, separated by commas (a comma inside a team's "
            "name is written %2C)."
        ),
    )
    alerts_attach_worklist: bool = Field(
        False,
        description=(
            "Whether the worklist goes with the digest as a workbook, to each its own part; to "
            "e-mail addresses only."
        ),
    )
    alerts_due_within_days: int = Field(
        3, ge=0, description="Working days before the due date from which a stage is due soon."
    )
    alerts_not_started_days: int = Field(
        10,
        ge=0,
        description=(
            "Working days after which a statutory stage 2 without any milestone is reported as not "
            "started."
        ),
    )
    alerts_reminder_days: int = Field(
        7, ge=1, description="Days after which everything that is still open is listed again."
    )
    alerts_silent_days: int = Field(
        5,
        ge=1,
        description="Days without a new delivery before a source is reported as silent.",
    )
    alerts_quiet_nights: bool = Field(
        False, description="Whether a night with nothing new sends a message as well."
    )
    alerts_from: str = Field(
        "complaints-warehouse@localhost",
        pattern=r"^[^\s@<>]+@[^\s@<>]+$",
        description="The address that messages are sent from.",
    )
    smtp_host: str = Field("localhost", min_length=1, description="The mail server.")
    smtp_port: int = Field(25, ge=1, description="Its port.")
    smtp_security: Literal["none", "starttls", "tls"] = Field(
        "none", description="How the connection to the mail server is encrypted."
    )
    smtp_user: str = Field("", description="The user at the mail server; none when not set.")
    smtp_password: SecretStr = Field(
        SecretStr(""), description="The user's password; better in the environment than in `.env`."
    )

    report_marking: str = Field(
        "For general release", description="The release marking at the head of the report."
    )
    report_committee: str = Field(
        "Children and Young People Scrutiny Sub-Committee",
        description="The committee that the report goes to.",
    )
    report_meeting_date: str = Field(
        "",
        description=("The day of the committee's meeting, as printed; the as-of day when not set."),
    )
    report_lead_officer: str = Field(
        "Director of Early Help and Children's Social Care",
        description="The officer who answers for the report, by role.",
    )
    report_cabinet_member: str = Field(
        "Cabinet Member for Children, Young People and Learning",
        description="The cabinet member, by role.",
    )
    report_person_leading: str = Field(
        "Director of Early Help and Children's Social Care",
        description="Who leads on the report at the meeting, by role.",
    )
    report_origin: str = Field(
        "This item is contained in the committee's approved work programme.",
        description="Why the item is on the agenda.",
    )
    report_brief: str = Field(
        "",
        description=(
            "What the committee is asked to do; when not set, a sentence naming the months."
        ),
    )
    report_contact_officer: str = Field(
        "Complaints Manager", description="Whom to ask about the report, by role."
    )
    report_background_documents: str = Field(
        "None", description="The background documents of the report."
    )
    report_further_tables: bool = Field(
        True,
        description=(
            "Whether the report of a part of a year has Appendix C, the further tables; the annual "
            "report always has it."
        ),
    )
    report_threshold: int = Field(
        5,
        ge=1,
        description="The publication profile hides counts from 1 up to this number.",
    )
    report_symbol: str = Field(
        "c",
        min_length=1,
        max_length=5,
        description="What the publication profile prints in place of a hidden number.",
    )

    @field_validator("nightly_exports", "check_leaves_out", mode="before")
    @classmethod
    def _lists_are_separated_by_commas(cls, written: object) -> object:
        if isinstance(written, str):
            return [each.strip() for each in written.split(",") if each.strip()]
        return written

    @field_validator("alerts_data_quality", "alerts_deadlines", "alerts_failures")
    @classmethod
    def _recipients_can_be_reached(cls, written: SecretStr) -> SecretStr:
        for place, entry in enumerate(entries_of(written), start=1):
            if not RECIPIENT.fullmatch(entry):
                # The entry is not repeated: it may be most of a secret.
                raise ValueError(f"entry {place} is neither an e-mail address nor an Apprise URL")
        return written

    @field_validator("home", "source", "backup_folder")
    @classmethod
    def _is_in_the_home_of_a_user(cls, path: Path | None) -> Path | None:
        try:
            return path and path.expanduser()
        except RuntimeError:
            raise ValueError("it begins with ~ and the name of nobody") from None

    @field_validator("store")
    @classmethod
    def _store_is_a_ducklake(cls, written: SecretStr) -> SecretStr:
        address = written.get_secret_value()
        if address and not address.startswith("ducklake:"):
            raise ValueError("it must begin with ducklake:")
        return written

    @field_validator("alerts_teams")
    @classmethod
    def _teams_can_be_reached(cls, written: SecretStr) -> SecretStr:
        for place, (team, entry) in enumerate(teams_of(written), start=1):
            if not team or not RECIPIENT.fullmatch(entry):
                raise ValueError(
                    f"entry {place} is not a team, =, and an e-mail address or an Apprise URL"
                )
        return written

    @property
    def door(self) -> dict[str, float]:
        """The limits by which a delivery is judged as a whole, by their short names."""
        return {name: getattr(self, f"door_{name}") for name in DOOR_SETTINGS}

    @property
    def reports_folder(self) -> Path:
        """Where reports are written."""
        return self.home / "reports"

    @property
    def releases_folder(self) -> Path:
        """The reports as they were released."""
        return self.home / "releases"

    @property
    def questions_folder(self) -> Path:
        """The council's own saved questions."""
        return self.home / "questions"

    @property
    def site_folder(self) -> Path:
        """The pages of what is published."""
        return self.home / "site"

    @property
    def exports_folder(self) -> Path:
        """Where the marts are as files."""
        return self.home / "exports"

    @property
    def as_of_day(self) -> date:
        """The day as at which the figures are."""
        return self.as_of or clock.today()

    @property
    def warehouse_path(self) -> Path:
        """The working store, which nobody else opens."""
        return self.home / "warehouse.duckdb"

    @property
    def lake_folder(self) -> Path:
        """The records and what Spark makes of them, where Spark is the engine."""
        return self.home / "lake"

    @property
    def marts_path(self) -> Path:
        """What analysts open."""
        return self.home / "marts.duckdb"

    @property
    def runs_path(self) -> Path:
        """The log of runs, failed ones included."""
        return self.home / "runs.duckdb"

    @property
    def journal_path(self) -> Path:
        """The steps of the run in progress, until the log of runs has them."""
        return self.home / "run_journal.jsonl"

    @property
    def published_folder(self) -> Path:
        """The last published states."""
        return self.home / "published"

    @property
    def backups_path(self) -> Path:
        """Where backups go when nothing else is said."""
        return self.backup_folder or self.home / "backups"

    @property
    def erasure_key_path(self) -> Path:
        """The key of the hashes by which erased cases are refused."""
        return self.home / "erasures.key"

    @property
    def reference_folder(self) -> Path:
        """The council's own rows over the shipped reference data."""
        return self.home / "reference"

    @property
    def dbt_project_folder(self) -> Path:
        """The dbt project."""
        return PROJECT_FOLDER / "dbt_project"


# What a source may set otherwise in the sources file, under `door`.
DOOR_SETTINGS = tuple(
    name.removeprefix("door_") for name in Settings.model_fields if name.startswith("door_")
)


def entries_of(written: SecretStr) -> list[str]:
    """Return the entries of a setting that lists recipients."""
    return [entry.strip() for entry in written.get_secret_value().split(",") if entry.strip()]


def teams_of(written: SecretStr) -> list[tuple[str, str]]:
    """Return the entries of a setting that lists teams with their recipients."""
    parts = [entry.partition("=") for entry in entries_of(written)]
    return [(unquote(team).strip(), entry.strip()) for team, _, entry in parts]


class Origins(NamedTuple):
    """Where settings come from.

    Attributes:
        places: of each setting that is not the default.
        unknown: names that are no setting, each with its place and the nearest that is one.
    """

    places: dict[str, str]
    unknown: list[tuple[str, str, str | None]]


def read_settings(**given: Any) -> Settings:
    """Return the settings, those given on the command line over all others.

    Raises:
        UsageError: a setting has a value that cannot be used, or a file `.env` is not text.
    """
    return read_with_origins(**given)[0]


def read_with_origins(**given: Any) -> tuple[Settings, Origins]:
    """Return the settings and where they come from.

    First what is given on the command line, then the environment, then `.env` in the home, then
    `.env` in the working directory. What is blank counts as not set.

    Raises:
        UsageError: as `read_settings`.
    """
    passed = {name: value for name, value in given.items() if value is not None}
    outside = [of_environment(), of_file(Path())]
    home = passed.get("home") or next(
        (each["home"].value for each in outside if "home" in each and each["home"].value.strip()),
        Settings.model_fields["home"].default,
    )
    try:
        of_home = of_file(Path(home).expanduser())
    except RuntimeError:  # of ~ and the name of nobody, which is refused below
        of_home = {}
    of_home.pop("home", None)  # the home that it is in is the one
    outside.insert(1, of_home)
    places = dict.fromkeys(passed, "command line")
    unknown: list[tuple[str, str, str | None]] = []
    for source in outside:
        for name, written in source.items():
            if name not in Settings.model_fields:
                unknown.append((name, written.place, nearest(name, Settings.model_fields)))
            elif name not in passed and written.value.strip():
                passed[name], places[name] = written
    passed["home"] = home
    try:
        settings = Settings(**passed)
    except ValidationError as invalid:
        problem = invalid.errors(include_url=False)[0]
        name = str(problem["loc"][0])  # of a list, the place of the entry follows
        place = places.get(name, "")
        raise UsageError(
            "setting_unusable",
            name=name.upper(),
            place=f" in {place}" if place.endswith(NAME) else "",
            reason=_in_plain_words(problem),
        ) from None
    return _at_home(settings), Origins(places, unknown)


def _at_home(settings: Settings) -> Settings:
    """Return the settings with the whole paths of the backups and of a home that can be one.

    Raises:
        UsageError: it is a file, or below one.
    """
    home = settings.home.resolve()
    for path in (home, *home.parents):
        if path.exists():
            if not path.is_dir():
                raise UsageError("home_is_a_file", home=path)
            break
    backups = settings.backup_folder and settings.backup_folder.resolve()
    return settings.model_copy(update={"home": home, "backup_folder": backups})


def _in_plain_words(problem: Any) -> str:
    """Say what is wrong with a value, without repeating it: it may be most of a secret."""
    limits = problem.get("ctx", {})
    setting, *place = problem["loc"]
    entry = f"entry {place[0] + 1}" if place else "it"
    default = Settings.model_fields[str(setting)].default
    example = f", as {default}" if default not in (None, "") else ""
    words = {
        "int_parsing": "it must be a whole number",
        "int_from_float": "it must be a whole number",
        "float_parsing": "it must be a number",
        "bool_parsing": "it must be true or false",
        "date_from_datetime_parsing": "it must be a day, as 2018-11-27",
        "date_parsing": "it must be a day, as 2018-11-27",
        "greater_than_equal": f"it must be at least {limits.get('ge')}",
        "greater_than": f"it must be more than {limits.get('gt')}",
        "less_than_equal": f"it must be at most {limits.get('le')}",
        "literal_error": f"{entry} must be {str(limits.get('expected', '')).replace(chr(39), '')}",
        "string_pattern_mismatch": f"it is not written as it must be{example}",
        "string_too_short": "it must not be blank",
        "string_too_long": f"it must have at most {limits.get('max_length')} characters",
    }
    return words.get(problem["type"], str(problem["msg"]).removeprefix("Value error, "))
