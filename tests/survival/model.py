"""
What the tables must hold after these imports, in plain Python: the newest observation wins (docs/architecture.md).

Shares no code with the import, and knows nothing of the order in which the files came.
"""

from datetime import UTC, datetime

GONE = 456226577798135808


def expected(history):
    """What these imports, as pairs of an export and whether its proof came with it, must end in."""
    proven = {export for export, with_proof in history if with_proof and export.proof is not None}
    exports = sorted({export for export, _ in history}, key=lambda export: export.observed_at)
    seen = {}
    for export in exports:
        for shown in export.shown:
            seen.setdefault(int(shown["id"]), []).append((export, shown))
    messages = {number: _message(number, observed, proven) for number, observed in seen.items()}
    return {
        "messages": messages,
        "revisions": {key: facts for number, observed in seen.items() for key, facts in _revisions(number, observed)},
        "names": _names(exports),
        "nicknames": _nicknames(exports),
        "coverage": {_coverage(export, proven) for export in exports if export.path or export in proven},
        "authors": _authors(messages),
    }


def _message(number, observed, proven):
    export, shown = observed[-1]
    known = [one["author"]["id"] for _, one in observed if int(one["author"]["id"]) != GONE]
    buried = [
        proof.observed_at
        for proof in proven
        if proof.channel == export.channel
        and proof.observed_at > export.observed_at
        and proof.proof.after_id < number < proof.proof.before_id
    ]
    reactors = [int(person["id"]) for each in shown["reactions"] for person in each["users"]]
    return {
        "channel": export.channel,
        "content": shown["content"],
        "edited": _instant(shown["timestampEdited"]),
        "pinned": shown["isPinned"],
        "author": int(known[-1]) if known else GONE,
        "reactors": sorted(reactors),
        "observed": export.observed_at,
        "deleted": max(buried, default=None),
    }


def _revisions(number, observed):
    """Each text that is not the current one, with the last time it was seen."""
    current = observed[-1][1]["content"]
    last = {shown["content"]: (_instant(shown["timestampEdited"]), export.observed_at) for export, shown in observed}
    return [((number, text), facts) for text, facts in last.items() if text != current]


def _blocks(export):
    """The people that a file shows: authors with their roles, and those who only reacted."""
    for shown in export.shown:
        if int(shown["author"]["id"]) != GONE:
            yield shown["author"], True
        for each in shown["reactions"]:
            for person in each["users"]:
                yield person, False


def _names(exports):
    return {int(block["id"]): block["name"] for export in exports for block, _ in _blocks(export)}


def _nicknames(exports):
    """A member is as the newest block with roles says, else as the newest of the others."""
    found = {}
    for with_roles in (False, True):
        for export in exports:
            found |= {int(block["id"]): block["nickname"] for block, full in _blocks(export) if full is with_roles}
    return found


def _coverage(export, proven):
    if export in proven:
        proof = export.proof
        return export.channel, proof.after_id, proof.before_id, export.observed_at, proof.state
    milliseconds = int((export.observed_at - datetime(2015, 1, 1, tzinfo=UTC)).total_seconds() * 1000)
    return export.channel, 0, milliseconds << 22, export.observed_at, "claimed"


def _authors(messages):
    """The first and last message of each person in each channel, of those that are still there."""
    found = {}
    for number, facts in sorted(messages.items()):
        if facts["deleted"] is None and facts["author"] != GONE:
            key = facts["channel"], facts["author"]
            found[key] = (found.get(key, (number,))[0], number)
    return found


def _instant(text):
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def stored(connection):
    """The same of a database, by SELECT."""

    def rows(query):
        return connection.execute(query).fetchall()

    has_view = rows("SELECT to_regclass('observations') IS NOT NULL")[0][0]
    keys = ("channel", "content", "edited", "pinned", "author", "reactors", "observed", "deleted")
    return {
        "messages": {row[0]: dict(zip(keys, row[1:], strict=True)) for row in rows(_MESSAGES[has_view])},
        "revisions": {(row[0], row[1]): row[2:] for row in rows(_REVISIONS)},
        "names": dict(rows("SELECT id, name FROM users WHERE author_kind <> 2")),
        "nicknames": dict(rows(_NICKNAMES)),
        "coverage": set(rows("SELECT channel_id, after_id, before_id, observed_at, state FROM coverage")),
        "authors": {row[:2]: row[2:] for row in rows(_AUTHORS)},
    }


_MESSAGE = """
    SELECT m.id, m.channel_id, m.content, m.edited_at, m.is_pinned, m.author_id,
           ARRAY(SELECT user_id FROM reaction_users r WHERE r.message_id = m.id ORDER BY user_id),
           o.observed_at, m.deleted_at
      FROM messages m
"""
_MESSAGES = {
    True: f"{_MESSAGE} JOIN observations o ON o.id = m.id",
    False: f"{_MESSAGE} JOIN messages o ON o.id = m.id",
}
_REVISIONS = "SELECT message_id, content, edited_at, observed_at FROM message_revisions"
_NICKNAMES = f"SELECT user_id, nickname FROM members WHERE user_id <> {GONE}"
_AUTHORS = "SELECT channel_id, author_id, first_message_id, last_message_id FROM channel_authors"
