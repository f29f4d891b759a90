"""
Decides whether a database is right, and shares no code with the import: the json module here, SELECT there.

Of a half-done import it must be true that every file of the ledger is there with all its messages, that no message is
there without a file, and that each message is as the newest of its files shows it.
"""

import functools
import hashlib
import json
from collections import Counter
from datetime import UTC, datetime

GONE = "456226577798135808"


def faults(connection, folder):
    """Return what is wrong with the database, in words; an empty list when it holds exactly the ledger's files."""
    files = {_read(path)[0]: path for path in folder.glob("*.json")}
    ledger = [row[0] for row in connection.execute("SELECT sha256 FROM ledger").fetchall()]
    found = [f"file {sha256[:12]} of the ledger is nobody's" for sha256 in set(ledger) - set(files)]
    expected = _newest(files[sha256] for sha256 in ledger if sha256 in files)
    stored = {row[0]: row[1:] for row in connection.execute(_STORED).fetchall()}
    found += [f"message {one} is lost" for one in expected.keys() - stored.keys()]
    found += [f"message {one} came from nowhere" for one in stored.keys() - expected.keys()]
    both = expected.keys() & stored.keys()
    found += [f"message {one}: {stored[one]}, not {expected[one]}" for one in both if stored[one] != expected[one]]
    return found + _loose_ends(connection)


_STORED = """
    SELECT id, channel_id, content, edited_at,
           (SELECT count(*) FROM attachments WHERE message_id = m.id),
           (SELECT coalesce(sum(count), 0)::bigint FROM reactions WHERE message_id = m.id),
           (SELECT count(*) FROM reaction_users WHERE message_id = m.id)
      FROM messages m
"""
_CHILDREN = ("attachments", "reactions", "reaction_users", "message_revisions")


@functools.cache
def _read(path):
    """Return a file's hash and its JSON; files of a test never change."""
    data = path.read_bytes()
    return hashlib.sha256(data).hexdigest(), json.loads(data)


def _newest(paths):
    """Return each message as its newest file shows it."""
    newest = {}
    for path in paths:
        _, document = _read(path)
        observed_at = datetime.fromisoformat(document["exportedAt"])
        for message in document["messages"]:
            known = newest.get(int(message["id"]))
            if known is None or known[0] < observed_at:
                newest[int(message["id"])] = (observed_at, _facts(document, message))
    return {one: facts for one, (_, facts) in newest.items()}


def _facts(document, message):
    edited = message["timestampEdited"]
    return (
        int(document["channel"]["id"]),
        message["content"],
        None if edited is None else datetime.fromisoformat(edited).astimezone(UTC),
        len(message["attachments"]),
        sum(reaction["count"] for reaction in message["reactions"]),
        sum(len(reaction["users"]) for reaction in message["reactions"]),
    )


def _loose_ends(connection):
    found = []
    for table in _CHILDREN:
        query = f"SELECT count(*) FROM {table} c WHERE NOT EXISTS (SELECT FROM messages WHERE id = c.message_id)"
        if loose := connection.execute(query).fetchone()[0]:
            found.append(f"{loose} rows of {table} belong to no message")
    covered = connection.execute("SELECT sha256 FROM coverage").fetchall()
    imported = connection.execute("SELECT sha256 FROM ledger").fetchall()
    if Counter(covered) != Counter(imported):
        found.append("coverage and ledger name different files")
    return found
