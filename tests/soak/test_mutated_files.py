"""Mutated exports: every row is accounted for, no file spoils another, none takes the machine."""

import io
import random
import resource
import zipfile
from pathlib import Path

import openpyxl
import pytest

from complaints.flows.steps.extract import read_delivery
from complaints.flows.steps.find_deliveries import unread_deliveries
from export_helpers import HEADER, ROW, folder_source, open_store, run_called, write_csv
from soak_size import share_of

pytestmark = pytest.mark.soak

MOST_BYTES = 1_500_000_000
# Files that one store reads, none of them twice: to make a store takes longer than to read a file.
OF_ONE_STORE = 50
GOOD = (HEADER, *(ROW.replace("C1", f"G{number}") for number in range(20)))
PIECES = (
    b'"',
    b",",
    b"\n",
    b"\r\n",
    b"\0",
    b"\xff",
    b"\xe9",
    b";",
    b"\t",
    b"=",
    b"\xef\xbb\xbf",
    b"x",
)


def mutated(content: bytes, numbers: random.Random) -> bytes:
    """Return content with some bytes cut, doubled, put in or exchanged."""
    for _ in range(numbers.randint(1, 6)):
        at = numbers.randrange(len(content) + 1)
        end = at + numbers.randint(0, 40)
        piece = numbers.choice(PIECES) * numbers.choice((1, 1, 1, 3, 2_000))
        content = numbers.choice(
            (
                content[:at] + piece + content[at:],
                content[:at] + content[end:],
                content[:end] + content[at:],
                content[:at] + piece + content[end:],
                content[:at],
            )
        )
    return content


def csv_export(numbers: random.Random) -> bytes:
    rows = [ROW.replace("C1", f"C{number}") for number in range(numbers.randint(1, 30))]
    return "\r\n".join([HEADER, *rows]).encode()


def workbook(numbers: random.Random) -> bytes:
    """Return a workbook with one of its members mutated, or all of it."""
    book = openpyxl.Workbook()
    for row in (HEADER, *[ROW] * numbers.randint(1, 20)):
        book.active.append(row.split(","))
    if numbers.random() < 0.3:
        row, column = numbers.randint(1, 1_048_576), numbers.randint(1, 16_384)
        book.active.cell(row, column, "stray")
    made = io.BytesIO()
    book.save(made)
    if numbers.random() < 0.5:
        return mutated(made.getvalue(), numbers)
    changed = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        victim = numbers.choice(old.namelist())
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, mutated(content, numbers) if name == victim else content)
    return changed.getvalue()


@pytest.mark.parametrize(
    ("make", "name", "count"), [(csv_export, "bad.csv", 3_000), (workbook, "bad.xlsx", 600)]
)
def test_a_mutated_file_spoils_only_itself(tmp_path: Path, make, name: str, count: int) -> None:
    numbers = random.Random(9)
    exports = tmp_path / "exports"
    write_csv(exports, "good.csv", *GOOD)
    source = folder_source(exports)
    store, read = open_store(tmp_path), set[bytes]()
    for number in range(share_of(count)):
        content = make(numbers) if make is workbook else mutated(make(numbers), numbers)
        if content in read or len(read) == OF_ONE_STORE:
            store.close()
            (tmp_path / "store.duckdb").unlink()
            store, read = open_store(tmp_path), set[bytes]()
        read.add(content)
        (exports / name).write_bytes(content)
        (delivery,) = unread_deliveries(store, source).deliveries["complaints"]
        bad, good = read_delivery(store, run_called(str(number)), delivery).files
        assert (good.status, good.rows_read) == ("loaded", 20), content
        landed = store.execute("select count(*) from text_rows where file_order = 0").fetchone()
        assert landed == (bad.rows_read or 0,), content
        assert bad.status == "loaded" or (bad.message or "").endswith("."), content
    store.close()
    used = max(
        resource.getrusage(who).ru_maxrss * 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    assert used < MOST_BYTES
