"""Which release of the exporter wrote a file: it does not say, but its keys do."""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import UNSET

from discord_airflow.collectors.export_format import Message

_RELEASES = ("2.26", "2.27", "2.33", "2.35", "2.38", "2.40.1", "2.40.4", "2.42.3", "2.44", "2.46.1", "2.47")

# The first release that wrote the key; users, emoji and embeds are looked at as text.
_OF_AUTHOR = ((b'"roles"', "2.40.1"), (b'"nickname"', "2.27"))
_OF_EMBED = ((b'"canonicalUrl"', "2.46.1"), (b'"iconCanonicalUrl"', "2.46.1"), (b'"inlineEmojis"', "2.44"),
             (b'"video"', "2.42.3"), (b'"images"', "2.35"))  # fmt: skip
_OF_EMOJI = ((b'"code"', "2.38"),)


def release_of(root: dict[str, Any], messages: Iterable[Message]) -> str:
    """
    Return the oldest release that wrote all the keys seen: the file is of that one or of a later one without new keys.
    """
    found = {"2.26", *_of_root(root)}
    for message in messages:
        if _RELEASES[-1] in found:  # nothing can change that any more, and a small file is looked through whole
            break
        found.update(_of_message(message))
    return max(found, key=_RELEASES.index)


def _of_root(root: dict[str, Any]) -> Iterator[str]:
    channel = root.get("channel")
    if isinstance(channel, dict):
        if "categoryId" in channel:
            yield "2.27"
        if "iconUrl" in channel:
            yield "2.38"
    if "exportedAt" in root:
        yield "2.40.1"


def _of_message(message: Message) -> Iterator[str]:
    if message.stickers is not UNSET:
        yield "2.33"
    if message.interaction is not UNSET:
        yield "2.38"
    if message.inlineEmojis is not UNSET:
        yield "2.44"
    reference = message.reference
    if message.forwardedMessage is not UNSET or (reference is not UNSET and reference.type is not UNSET):
        yield "2.47"
    yield from _by_key(message.author, _OF_AUTHOR)
    for embed in message.embeds:
        yield from _by_key(embed, _OF_EMBED)
    for reaction in message.reactions:
        yield from _by_key(reaction.emoji, _OF_EMOJI)
        if reaction.users is not UNSET:
            yield "2.40.4"


def _by_key(raw: Any, keys: Iterable[tuple[bytes, str]]) -> Iterator[str]:
    text = bytes(raw)
    return (release for key, release in keys if key in text)
