"""What earlier nights made of a source's files."""

from dataclasses import dataclass

import duckdb

from complaints.flows.readers.export_files import ExportFile
from complaints.flows.readers.sources import Source


@dataclass(frozen=True)
class DeliveryHistory:
    """Which versions were taken, the newest stamp of each series, and the last delivery."""

    taken: frozenset[tuple[str | None, str | None, str]]
    newest_stamps: dict[str, str]
    identity: str | None
    rejections: dict[tuple[str, str | None], str]
    names: frozenset[str]

    def rejection(self, file: ExportFile) -> str | None:
        """Return the message with which the last delivery's run rejected this content."""
        message = self.rejections.get((file.name, file.content_hash))
        if message is None and file.name not in self.names:  # the file was renamed
            by_hash = {content: text for (_, content), text in self.rejections.items()}
            message = by_hash.get(file.content_hash)
        return message


def last_identity(connection: duckdb.DuckDBPyConnection, source: Source) -> str | None:
    """Return the identity of the delivery that was loaded last for a source."""
    return _last_delivery(connection, source)[1]


def read_history(connection: duckdb.DuckDBPyConnection, source: Source) -> DeliveryHistory:
    """Return what the warehouse knows of a source's earlier files."""
    run_id, identity = _last_delivery(connection, source)
    taken = connection.execute(
        "select distinct series, stamp, content_hash from raw.delivery_files "
        "where source = ? and status in ('loaded', 'unchanged')",
        [source.code],
    ).fetchall()
    newest_stamps: dict[str, str] = {}
    for series, stamp, _ in taken:
        if stamp:
            newest_stamps[series] = max(stamp, newest_stamps.get(series, ""))
    last_files = connection.execute(
        "select file_name, content_hash, status, message from raw.delivery_files "
        "where source = ? and run_id = ?",
        [source.code, run_id],
    ).fetchall()
    return DeliveryHistory(
        taken=frozenset(taken),
        newest_stamps=newest_stamps,
        identity=identity,
        rejections={
            (name, content): text
            for name, content, status, text in last_files
            if status == "rejected"
        },
        names=frozenset(name for name, *_ in last_files),
    )


def _last_delivery(
    connection: duckdb.DuckDBPyConnection, source: Source
) -> tuple[str | None, str | None]:
    """Return run and identity of the delivery that was loaded last for a source."""
    row = connection.execute(
        "select run_id, identity from raw.deliveries where source = ? "
        "order by delivery_number desc limit 1",
        [source.code],
    ).fetchone()
    return row or (None, None)
