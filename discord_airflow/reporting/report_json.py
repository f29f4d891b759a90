"""The report as JSON: every figure, and the receipts they came from. Whoever reads it back gets the same report."""

import msgspec

from discord_airflow.errors import DataQuarantinedError
from discord_airflow.reporting.model import FORMAT, Report

_INDENT = 1


def render_json(report: Report) -> bytes:
    """Return *report* as JSON; the same report gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(report), indent=_INDENT) + b"\n"


def read_json(content: bytes) -> Report:
    """Return the report that render_json() wrote; anything else raises DataQuarantinedError with the reason."""
    try:
        stated = msgspec.json.decode(content, type=_Head).format
    except msgspec.MsgspecError as error:
        raise DataQuarantinedError(f"This is not the JSON of a report: {error}.") from None
    if stated != FORMAT:
        raise DataQuarantinedError(f"This report has the format {stated}; this version reads format {FORMAT}.")
    try:
        return msgspec.json.decode(content, type=Report)
    except msgspec.MsgspecError as error:
        raise DataQuarantinedError(f"The JSON of this report was changed or is damaged: {error}.") from None


class _Head(msgspec.Struct):
    format: int
