"""A home that has lived for thirty nights forgets a case, in every byte of every file."""

from itertools import islice
from pathlib import Path

import pytest

from complaints.flows.erase import erase
from complaints.report.write import write_report
from complaints.warehouse.backup import back_up
from complaints.warehouse.restore import restore_home
from complaints.warehouse.settings import read_settings
from conftest import query
from notice_helpers import mail_server
from quarter import FIRST_DAY, LEGAL, MANAGER, OFFICER, SEED, nights
from soak_nights import Killer, Runner
from traces_of_cases import naming

pytestmark = pytest.mark.soak

NIGHTS = 30
# An open case, which the digests name; the longest reference, so that no other contains it.
CASE = (
    "select case_reference from rpt_open_stages "
    "order by length(case_reference) desc, received_date desc limit 1"
)


def test_a_home_of_thirty_nights_forgets_a_case(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    postbox = Killer()
    with mail_server(postbox) as port:
        settings = read_settings(
            home=tmp_path / "home",
            source=tmp_path / "exports",
            smtp_host="127.0.0.1",
            smtp_port=port,
            alerts_data_quality=MANAGER,
            alerts_deadlines=f"{MANAGER},{LEGAL}",
            alerts_failures=OFFICER,
            door_rows_share=0.2,
            backup_folder=tmp_path / "disk",
        )
        runner = Runner(settings, postbox, SEED)
        for night in islice(nights(), NIGHTS):
            runner.put(night.folder)
            for accepted in night.accepted:
                runner.accept(night.day, accepted)
            for run in night.runs:
                runner.run(night.day, run)
        ((case,),) = query(settings.marts_path, CASE)
        ((accepted,),) = query(
            settings.warehouse_path, "select min(case_reference) from raw.acceptances"
        )
    write_report(settings, "2018-19 Q2", "internal", is_draft=True)
    backup = back_up(settings)
    named = naming(settings.home, case)
    assert {name.partition("/")[0] for name in named} >= {
        *("warehouse.duckdb", "marts.duckdb", "published", "reports")
    }
    # Said in a digest of weeks ago: no table has it any more, but the bytes of the file do.
    assert "runs.duckdb" in naming(settings.home, accepted)

    erase(settings, [case, accepted], None, "Information Officer", "Asked for")
    for reference in (case, accepted):
        assert naming(settings.home, reference) == []
    with mail_server(postbox, port):
        for night in islice(nights(), NIGHTS, NIGHTS + 3):
            runner.put(night.folder)
            for run in night.runs:
                runner.run(night.day, run)
    assert night.day > FIRST_DAY
    for reference in (case, accepted):
        assert naming(settings.home, reference) == []
    restored = settings.model_copy(update={"home": tmp_path / "restored"})
    restore_home(restored, backup)
    for reference in (case, accepted):
        assert naming(restored.home, reference) == []
