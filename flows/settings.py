"""Every setting of the product, in one class.

Each is read from the environment (`COMPLAINTS_HOME`, …) or from a `.env` file in the working
directory; docs/settings.md lists them.
"""

from datetime import date
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from flows.errors import UsageError

PROJECT_FOLDER = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """What a run needs to know; see each field's description."""

    model_config = SettingsConfigDict(
        env_prefix="COMPLAINTS_", env_file=".env", extra="ignore", frozen=True
    )

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
        description="The day the figures are seen from (YYYY-MM-DD); today when not set.",
    )
    kept_states: int = Field(
        7, ge=1, description="How many published states are kept in `<home>/published/`."
    )
    memory_limit: str = Field(
        "1GB",
        pattern=r"^\d+(\.\d+)? ?[KMGT]i?B$",
        description="The memory that DuckDB may use, for example 1GB.",
    )
    partition_rows: int = Field(
        100_000,
        ge=1_000,
        description="How many rows of whole cases Great Expectations judges at a time.",
    )
    schedule: str = Field(
        "30 4 * * *",
        description=(
            "When `complaints serve` starts the night (cron, Europe/London). Keep out of 01:00 to "
            "02:00, which comes twice when the clocks go back."
        ),
    )

    @property
    def as_of_day(self) -> date:
        """The day the figures are seen from."""
        return self.as_of or date.today()

    @property
    def warehouse_path(self) -> Path:
        """The working store, which nobody else opens."""
        return self.home / "warehouse.duckdb"

    @property
    def marts_path(self) -> Path:
        """What analysts open."""
        return self.home / "marts.duckdb"

    @property
    def runs_path(self) -> Path:
        """The log of runs, failed ones included."""
        return self.home / "runs.duckdb"

    @property
    def published_folder(self) -> Path:
        """The last published states."""
        return self.home / "published"

    @property
    def reference_folder(self) -> Path:
        """The council's own rows over the shipped reference data."""
        return self.home / "reference"

    @property
    def dbt_project_folder(self) -> Path:
        """The dbt project."""
        return PROJECT_FOLDER / "dbt_project"


def read_settings(**given: object) -> Settings:
    """Return the settings, those given on the command line over the environment's.

    Raises:
        UsageError: a setting has a value that cannot be used.
    """
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as invalid:
        problem = invalid.errors(include_url=False)[0]
        name = "_".join(str(part) for part in problem["loc"]).upper()
        raise UsageError(
            f"The setting COMPLAINTS_{name} cannot be used: {problem['msg']}. "
            "docs/settings.md says what it may be."
        ) from None
    home = settings.home.expanduser().resolve()
    if home.exists() and not home.is_dir():
        raise UsageError(f"The home {home} is a file: give a folder, or one yet to be made.")
    return settings.model_copy(update={"home": home})
