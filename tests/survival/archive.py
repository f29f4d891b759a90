"""A folder of exports that overlap, from a seed: edits, reactions, late authors, windows of windows."""

import json
import random

from export_documents import DELETED, OTTO_BLOCK, document, message, reaction, stamp, user

ATTACHMENT = {"id": "900", "url": "https://cdn.example/a.png", "fileName": "a.png", "fileSizeBytes": 5}


def build(folder, seed, *, channels=3, exports=4, messages=120):
    """Write `channels * exports` files; each shows a part of its channel as it was at its time."""
    chance = random.Random(seed)
    for channel in range(1, channels + 1):
        for export in range(exports):
            first = chance.randrange(messages // 2)
            last = chance.randrange(first + messages // 4, messages)
            shown = [_message(chance, channel, number, export) for number in range(first, last)]
            root = document(*shown, channel=channel, exported_at=stamp(10_000 + export * 100 + channel))
            (folder / f"{channel}-{export}.json").write_text(json.dumps(root, indent=2), encoding="utf-8")


def _message(chance, channel, number, export):
    edits = chance.randrange(export + 1)
    author = chance.choice([user(), OTTO_BLOCK, DELETED if export else user()])
    return message(
        number,
        f"channel {channel} message {number} edit {edits}",
        sequence=channel,
        author=author,
        timestampEdited=stamp(5_000 + edits) if edits else None,
        attachments=[{**ATTACHMENT, "id": str(900 + n)} for n in range(number % 3)],
        reactions=[reaction(user(), OTTO_BLOCK)] if number % 5 < export else [],
    )
