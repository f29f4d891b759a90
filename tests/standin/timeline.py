"""How a thing stood at some moment: first facts, dated changes, an end."""

from __future__ import annotations

from typing import Any

from standin.instants import Instant, format_time, snowflake_ticks, ticks_of

Facts = dict[str, Any]


def iso(instant: Instant) -> str:
    """Return the instant as world files hold it: UTC, up to seven digits of fraction."""
    return format_time(ticks_of(instant), utc=True)


def born(entity: Facts) -> int:
    """Return when the entity came into being: `created_at` when given, else what its id says."""
    return ticks_of(entity["created_at"]) if "created_at" in entity else snowflake_ticks(entity["id"])


def sent_at(message: Facts) -> int:
    """Return when a message was sent."""
    return ticks_of(message["timestamp"]) if "timestamp" in message else snowflake_ticks(message["id"])


def state_at(entity: Facts, ticks: int, *, dated_by_id: bool = False) -> Facts | None:
    """
    Return the facts of *entity* at that moment, or None when it was not there yet or no longer.

    *dated_by_id* is for channels and messages, whose ids tell when they were made; users, guilds and
    roles are there from the start unless they carry `created_at`.
    """
    if (dated_by_id or "created_at" in entity) and born(entity) > ticks:
        return None
    end = entity.get("deleted_at")
    if end is not None and ticks_of(end) <= ticks:
        return None
    changes = entity.get("changes")
    if not changes:
        return entity
    facts = dict(entity)
    for change in changes:
        if ticks_of(change["at"]) <= ticks:
            facts.update(change["set"])
    return facts


def change(entity: Facts, at: Instant, **facts: Any) -> None:
    """Record that *facts* hold from that moment on; changes stay sorted by time."""
    changes = entity.setdefault("changes", [])
    changes.append({"at": iso(at), "set": facts})
    changes.sort(key=lambda entry: ticks_of(entry["at"]))
