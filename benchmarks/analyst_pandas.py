"""The yardstick in pandas: one export to the quarterly tables, as an analyst's script does it.

It knows the faults that the benchmark's delivery contains, and leaves out the rows that the
warehouse holds back for them. The reference data are the warehouse's own.
"""

import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

SEEDS = Path(__file__).resolve().parents[1] / "dbt_project" / "seeds"
STAGE = ["case_reference", "stage"]
CELL = ["quarter", "procedure", "stage"]


def write_tables(export: Path, out: Path, as_of: date) -> None:
    """Read an export and write stages.csv, teams.csv and reasons.csv into a folder."""
    stages = due_dates(typed_rows(export, as_of))
    today = pd.Timestamp(as_of)
    responded, due = stages["responded_date"], stages["due_date"]
    is_measured = due.notna() & (stages["outcome"] != "withdrawn")
    stages["in_sla"] = is_measured & (responded <= due)
    stages["late"] = is_measured & (responded > due)
    stages["open_in_time"] = is_measured & responded.isna() & (today <= due)
    stages["open_overdue"] = is_measured & responded.isna() & (today > due)
    stages["not_applicable"] = ~is_measured
    stages["upheld"] = stages["outcome"].isin(["upheld", "partially_upheld"])
    stages["withdrawn"] = stages["outcome"] == "withdrawn"
    stages["quarter"] = stages["received_date"].dt.to_period("Q-MAR")
    stages["service_team"] = stages["service_team"].fillna("Not recorded")
    statuses = ["in_sla", "late", "open_in_time", "open_overdue", "not_applicable"]
    reasons = stages[CELL].assign(reason=stages["reasons"].str.split(";")).explode("reason")
    for name, table in {
        "stages": counted(stages, CELL, [*statuses, "upheld", "withdrawn"]),
        "teams": counted(stages, [*CELL, "service_team"], ["in_sla", "upheld"]),
        "reasons": counted(reasons.dropna(), [*CELL, "reason"], []),
    }.items():
        table.to_csv(out / f"{name}.csv", index=False)


def typed_rows(export: Path, as_of: date) -> pd.DataFrame:
    """Return the rows that count, typed: the newest of each case and stage."""
    rows = pd.read_csv(export, dtype=str, on_bad_lines="skip").drop_duplicates()
    synonyms = pd.read_csv(SEEDS / "synonyms.csv", dtype=str)
    for column in ("procedure", "stage", "outcome", "extension_agreed"):
        known = synonyms[synonyms["field"] == column].set_index("written")["value"]
        texts = pd.Series(rows[column].dropna().unique())
        values = texts.str.lower().map(lambda text: re.sub(r"[\W_]+", " ", text)).map(known)
        rows[column] = rows[column].map(dict(zip(texts, values, strict=True)))
    for column in ("received_date", "clock_start_date", "panel_date", "responded_date"):
        rows[column] = pd.to_datetime(rows[column], format="%d/%m/%Y", errors="coerce")
    updated = pd.to_datetime(rows["last_updated"], format="%d/%m/%Y %H:%M")
    rows = rows[updated == updated.groupby([rows[key] for key in STAGE]).transform("max")]
    received = rows["received_date"]
    return rows[
        ~rows.duplicated(STAGE, keep=False)
        & rows[["procedure", *STAGE]].notna().all(axis=1)
        & (received <= pd.Timestamp(as_of))
        & ~(rows["responded_date"] < received)
    ]


def due_dates(stages: pd.DataFrame) -> pd.DataFrame:
    """Add the due dates: so many working days after the day on which the clock starts."""
    limits = pd.read_csv(SEEDS / "time_limits.csv", parse_dates=["valid_from", "valid_to"])
    # Stage 3 has 50 working days in all, after a panel 5 for its findings and the response's.
    is_before_panel = (stages["stage"] == "stage_3") & stages["panel_date"].isna()
    stages = stages.assign(milestone=np.where(is_before_panel, "overall", "response"))
    stages = stages.reset_index(names="row").merge(
        limits.drop(columns="source"), "left", ["procedure", "stage", "milestone"]
    )
    in_force = stages["received_date"].between(
        stages["valid_from"], stages["valid_to"].fillna(pd.Timestamp.max)
    )
    stages = stages[in_force | stages["working_days"].isna()].copy()
    days = stages["working_days"].where(
        stages["extension_agreed"] != "yes", stages["extended_working_days"]
    )
    days += np.where(stages["panel_date"].isna(), 0, 5)
    starts = stages["panel_date"].fillna(stages["clock_start_date"]).fillna(stages["received_date"])
    holidays = pd.read_csv(SEEDS / "bank_holidays.csv")["date"].to_numpy("datetime64[D]")
    due = np.busday_offset(
        starts.to_numpy("datetime64[D]"),
        days.fillna(0).to_numpy(int),
        roll="backward",
        holidays=holidays,
    )
    stages["due_date"] = pd.Series(due, stages.index).where(days.notna())
    return stages


def counted(rows: pd.DataFrame, keys: list[str], measures: list[str]) -> pd.DataFrame:
    """Count the rows of each cell, and those with each measure; write the quarters out."""
    groups = rows.groupby(keys)
    table = groups[measures].sum() if measures else pd.DataFrame(index=groups.size().index)
    table.insert(0, "received", groups.size())
    table = table.reset_index()
    table["quarter"] = [
        f"{each.qyear - 1}-{each.qyear % 100:02} Q{each.quarter}" for each in table["quarter"]
    ]
    return table
