"""What people call servers, channels and accounts → ids; a name that nobody has names the nearest one."""

import difflib
from collections.abc import Collection, Iterable, Sequence
from unicodedata import normalize

from discord_airflow.errors import UsageError
from discord_airflow.queries.patterns import name_patterns
from discord_airflow.queries.statements import Connection, checked_text, fetch_parts
from discord_airflow.snowflake import parse_snowflake

SHORTEST_ID = 15
"""Real ids have more digits; a shorter number may be somebody's name, a longer one never stands for a name."""


def resolve_guilds(connection: Connection, names: Sequence[str]) -> tuple[int, ...]:
    """Return the ids of the servers with these names or ids."""
    known = {row["guild_id"]: row["guild_name"] for row in fetch_parts(connection, "places", {})}
    return _resolve(names, known, "server", "discord-airflow query servers lists them")


def resolve_channels(
    connection: Connection, names: Sequence[str], guild_ids: Collection[int] | None = None
) -> tuple[int, ...]:
    """
    Return the ids of the channels and threads with these names (with or without #) or ids, in all the servers
    given.
    """
    places = fetch_parts(connection, "places", {})
    known = {
        row["channel_id"]: row["channel_name"]
        for row in places
        if row["channel_id"] is not None and (guild_ids is None or row["guild_id"] in guild_ids)
    }
    bare = [name.removeprefix("#") or name for name in names]
    return _resolve(bare, known, "channel", "discord-airflow query coverage lists them")


def resolve_accounts(connection: Connection, names: Sequence[str]) -> tuple[int, ...]:
    """
    Return the ids of the accounts that have or had one of these names or nicknames (with or without @), or ids.
    """
    found: list[int] = []
    for name in names:
        shown = checked_text(name, "a name")
        bare = shown.removeprefix("@") or shown
        if len(bare) >= SHORTEST_ID and (as_id := _as_id(bare)) is not None:
            found.append(as_id)
            continue
        exact = {"exact": name_patterns(connection, bare)["exact"]}
        ids = [row["user_id"] for row in fetch_parts(connection, "accounts_named", exact)]
        if not ids:
            raise UsageError(f"nobody is called {shown!r}; discord-airflow query users PART finds names.")
        found += ids
    return tuple(dict.fromkeys(found))


def _resolve(names: Sequence[str], known: dict[int, str], noun: str, hint: str) -> tuple[int, ...]:
    by_name: dict[str, list[int]] = {}
    for one, name in known.items():
        by_name.setdefault(_folded(name), []).append(one)
    found: list[int] = []
    for typed in names:
        name = checked_text(typed, f"the name of a {noun}")
        as_id = _as_id(name.strip())
        ids = [as_id] if as_id in known else by_name.get(_folded(name), [])
        if not ids:
            raise UsageError(f"no {noun} is called {name[:100]!r}{_nearest(name, known.values())}; {hint}.")
        found += ids
    return tuple(dict.fromkeys(found))


def _nearest(name: str, known: Iterable[str]) -> str:
    by_folded = {_folded(one): one for one in known}
    close = difflib.get_close_matches(_folded(name[:100]), sorted(by_folded), n=1, cutoff=0.5)
    return f", did you mean {by_folded[close[0]]!r}?" if close else ""


def _folded(name: str) -> str:
    return normalize("NFC", normalize("NFC", name.strip()).casefold())


def _as_id(text: str) -> int | None:
    """Return *text* as an id; "0" is the server of direct messages."""
    if text == "0":
        return 0
    try:
        return parse_snowflake(text)
    except ValueError:
        return None
