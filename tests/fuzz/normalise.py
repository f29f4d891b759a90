"""The way of a file through an import, up to where its rows would go to the database."""

import io
from dataclasses import dataclass, field

from discord_airflow.collectors import export_reader
from discord_airflow.collectors.coverage import claimed_range
from discord_airflow.collectors.export_header import ExportHeader, parse_header, refuse_foreign
from discord_airflow.collectors.export_reader import ExportReader, NotAnExportError, open_export
from discord_airflow.collectors.export_release import release_of
from discord_airflow.collectors.import_summary import Trouble
from discord_airflow.collectors.intake import Intake, newest_instant
from discord_airflow.collectors.message_rows import MessageRows
from discord_airflow.collectors.people import People
from discord_airflow.collectors.plain_json import clean, compact_json
from discord_airflow.collectors.tables import MESSAGE_TABLES

OBSERVED_AT = "2026-01-01T00:00:00+00:00"


@dataclass
class Outcome:
    """What became of a file: the lines for each table, or why there are none."""

    refused: str | None = None
    layout: str | None = None
    header: ExportHeader | None = None
    lines: dict[str, list[bytes]] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    stored: int = 0
    facts: tuple[str, ...] = ()

    @property
    def is_clean(self):
        """Whether all of the file was taken."""
        return self.refused is None and not self.troubles


def normalise(data, *, generic=False):
    """
    Return what an import would make of the bytes *data*.

    Only the one error that says "this is no export" is expected; any other rises. With *generic*, the exporter's own
    layout is not recognised.
    """
    try:
        reader = open_generic(data) if generic else open_export(io.BytesIO(data))
        header = parse_header(reader.root)
        if header.exported_at is None:
            newest_instant(open_export(io.BytesIO(data)))
        return _read(reader, header)
    except NotAnExportError as error:
        return Outcome(refused=error.reason)


def open_generic(data):
    """Return a reader of *data* that reads value by value, also where the exporter's own layout would be seen."""
    export_reader.refuse_other_formats(data)
    file = io.BytesIO(data)
    file.seek(len(data))
    return export_reader._open_generic(file, data.removeprefix(b"\xef\xbb\xbf"))


def _read(reader: ExportReader, header: ExportHeader):
    rows = MessageRows(People(header.guild_id), header.channel_id, OBSERVED_AT, 0)
    intake = Intake(rows)
    for piece in reader.pieces():
        intake.take(piece)
    refuse_foreign(reader.root)
    for trouble in reader.troubles:
        intake.refuse(trouble.reason, trouble.detail, whole_file=True)
    root = clean(reader.root)[0]
    facts = (
        release_of(root, intake.sample),
        compact_json({key: value for key, value in root.items() if key != "messages"}),
        str(claimed_range(header, intake.highest_id)),
    )
    return Outcome(
        layout=reader.layout,
        header=header,
        lines=_lines(rows),
        troubles=intake.troubles,
        stored=intake.stored,
        facts=facts,
    )


def _lines(rows: MessageRows):
    batch = rows.detach(last=True)
    found = {table: list(batch.straight[table]) for table in MESSAGE_TABLES}
    assert MESSAGE_TABLES["messages"][-1] == "source_digest"  # of the very text, which is another in each layout
    found["messages"] = [line.rpartition(b"\t")[0] + b"\t\\N" for line in found["messages"]]
    found |= {table: list(lines) for table, _, lines in batch.people.tables()}
    found["incoming_authors"] = batch.authors
    return found
