"""
Exports for tests, built by hand: documents as Python values, and their text in the exporter's layout or in others.
"""

import hashlib
import json
from datetime import UTC, datetime, timedelta

GUILD, CHANNEL, CATEGORY = 812345678901234561, 812345678901234571, 812345678901234570
MIRA, OTTO, DEWBOT = 300000000000000001, 300000000000000002, 300000000000000009
PLACEHOLDER = 456226577798135808
EXPORTED_AT = "2026-03-06T07:00:01.234567+00:00"
BEGAN = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def snowflake(minutes=0, sequence=0):
    """An id made so many minutes after the first message of these tests."""
    milliseconds = (BEGAN + timedelta(minutes=minutes) - datetime(2015, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    return (milliseconds << 22) + sequence


def stamp(minutes=0, offset="+00:00"):
    """The time of that id, as the exporter writes it in a zone."""
    sign = -1 if offset[0] == "-" else 1
    shift = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:])) * sign
    return f"{BEGAN + timedelta(minutes=minutes) + shift:%Y-%m-%dT%H:%M:%S}{offset}"


def user(user_id=MIRA, name="mira.fern", **changes):
    """A user block as in an author."""
    block = {
        "id": str(user_id),
        "name": name,
        "discriminator": "0000",
        "nickname": name.title(),
        "color": None,
        "isBot": user_id == DEWBOT,
        "roles": [],
        "avatarUrl": f"https://cdn.discordapp.com/avatars/{user_id}/a.png?size=512",
    }
    return {**block, **changes}


OTTO_BLOCK = user(OTTO, "otto_k")
DELETED = user(PLACEHOLDER, "Deleted User")


def reactor(block):
    """The same user as the exporter shows one who reacted."""
    return {key: value for key, value in block.items() if key != "roles"}


def message(minutes=0, content="hello", *, author=None, sequence=0, **changes):
    """A message with every list empty."""
    block = {
        "id": str(snowflake(minutes, sequence)),
        "type": "Default",
        "timestamp": stamp(minutes),
        "timestampEdited": None,
        "callEndedTimestamp": None,
        "isPinned": False,
        "content": content,
        "author": author or user(),
        "attachments": [],
        "embeds": [],
        "stickers": [],
        "reactions": [],
        "mentions": [],
        "inlineEmojis": [],
    }
    return {**block, **changes}


THUMB = {
    "id": "",
    "name": "\U0001f44d",
    "code": "thumbsup",
    "isAnimated": False,
    "imageUrl": "https://emoji.example/1f44d.svg",
}


def reaction(*people, emoji=THUMB, count=None):
    """A reaction by these user blocks."""
    return {"emoji": emoji, "count": len(people) if count is None else count, "users": [reactor(one) for one in people]}


def document(*messages, channel=CHANNEL, exported_at=EXPORTED_AT, after=None, before=None, **changes):
    """A whole export."""
    root = {
        "guild": {"id": str(GUILD), "name": "Fern & Moss Club", "iconUrl": "https://cdn.discordapp.com/icons/1/c.png"},
        "channel": {
            "id": str(channel),
            "type": "GuildTextChat",
            "categoryId": str(CATEGORY),
            "category": "Growing",
            "name": "tips",
            "topic": None,
        },
        "dateRange": {"after": after, "before": before},
        "exportedAt": exported_at,
        "messages": list(messages),
        "messageCount": len(messages),
    }
    if exported_at is None:
        del root["exportedAt"]
    return {**root, **changes}


def in_layout(root, newline="\n"):
    """The bytes of a document in the exporter's own layout."""
    return json.dumps(root, indent=2, ensure_ascii=False).replace("\n", newline).encode("utf-8", "surrogatepass")


def minified(root):
    """The bytes of a document on one line."""
    return json.dumps(root, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def tabbed(root):
    """The bytes of a document as somebody's editor might format it."""
    return b"\xef\xbb\xbf" + json.dumps(root, indent="\t").encode()


def messages_first(root):
    """The bytes of a document whose header comes last."""
    keys = ["messageCount", "messages", *(key for key in root if key not in ("messages", "messageCount"))]
    return json.dumps({key: root[key] for key in keys}, indent=2).encode()


def write(folder, root, name=None, form=in_layout):
    """Write a document, under a name made of its content unless another is given."""
    data = root if isinstance(root, bytes) else form(root)
    path = folder / (name or f"{hashlib.sha256(data).hexdigest()[:12]}.json")
    path.write_bytes(data)
    return path
