"""A joint store with what made-up authorities of random size published of one quarter."""

import random
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pandas as pd

from complaints.warehouse.joint_store import create_national_view, write_joint_store
from complaints.warehouse.settings import Settings, read_settings

QUARTER = "2018-19 Q2"
STAGES = (("statutory", "stage_1"), ("statutory", "stage_2"), ("corporate", "stage_1"))


class StageCounts(NamedTuple):
    """What an authority counted at a stage in the quarter."""

    authority: str
    procedure: str
    stage: str
    received: int
    in_sla: int
    upheld: int
    has_time_limit: bool = True


class Published(NamedTuple):
    """What an authority says of itself; children by the values of a characteristic."""

    authority: str
    name: str = ""
    as_of_day: date = date(2018, 11, 27)
    children: tuple[int, ...] = ()


def made_up(number: int, seed: int) -> tuple[list[Published], list[StageCounts]]:
    """Return authorities of random size: most receive a few complaints, some hundreds."""
    draw = random.Random(seed)
    authorities, counts = [], []
    for place in range(number):
        code, size = f"a{place:04}", round(draw.lognormvariate(2.5, 1.2))
        children = (size * 900 + draw.randrange(5_000), draw.randrange(9_000))
        authorities.append(Published(code, f"Authority {place}", children=children))
        for (procedure, stage), share in zip(STAGES, (1, 0.1, 0.7), strict=True):
            received = round(size * share)
            in_sla, upheld = draw.randint(0, received), draw.randint(0, received)
            counts.append(StageCounts(code, procedure, stage, received, in_sla, upheld))
    return authorities, counts


def joint_store_of(
    folder: Path, authorities: list[Published], counts: list[StageCounts]
) -> Settings:
    """Fill a joint store whose catalogue is a file, and return settings that name it."""
    settings = read_settings(
        home=folder / "home",
        store=f"ducklake:{folder / 'joint.ducklake'}",
        store_files=str(folder / "joint"),
    )
    stages = [
        {
            **each._asdict(),
            "period": QUARTER,
            "period_length": "quarter",
            "period_start_date": date(2018, 7, 1),
            "is_complete": True,
            "stage_number": each.stage[-1],
        }
        for each in counts
    ]
    titles = {
        (each.authority, each.procedure, each.stage): each.stage.replace("_", " ").capitalize()
        for each in counts
    }
    tables: dict[str, list[dict[str, Any]]] = {
        "rpt_period_stages": stages,
        "dim_stages": [
            {"authority": a, "procedure": p, "stage": s, "printed_name": title}
            for (a, p, s), title in titles.items()
        ],
        "dq_publication": [
            {"authority": a, "authority_name": name, "as_of_day": day}
            for a, name, day, _ in authorities
        ],
        "rpt_population": [
            {"authority": a, "characteristic": "age_band", "value": str(value), "number": number}
            for a, _, _, children in authorities
            for value, number in enumerate(children)
        ],
    }
    with duckdb.connect() as store, write_joint_store(settings, store):
        for name, rows in tables.items():
            store.register("rows", pd.DataFrame(rows))
            store.execute(f"create table joint.main.{name} as from rows")
        create_national_view(store)
    return settings
