"""The little language of --filter."""

from __future__ import annotations

import re
from collections.abc import Callable

from standin.emoji import emoji_code
from standin.server import Server, display_name
from standin.timeline import Facts

Match = Callable[[Facts, Server], bool]

_TOKEN = re.compile(
    r"""\s*(?:(?P<mark>[()&|~])|(?P<dash>-)(?=\S)
    |(?:(?P<key>from|mentions|reaction|has):)?
     (?:"(?P<double>(?:\\.|[^"\\])*)"|'(?P<single>(?:\\.|[^'\\])*)'|(?P<bare>(?:\\.|[^\s()&|~"'\\])+)))""",
    re.VERBOSE | re.IGNORECASE,
)
_HAS = {
    "link": lambda m: "http://" in m["content"] or "https://" in m["content"],
    "embed": lambda m: bool(m.get("embeds")),
    "file": lambda m: bool(m.get("attachments")),
    "video": lambda m: _attached(m, ("mp4", "webm", "mov", "gifv")),
    "image": lambda m: _attached(m, ("png", "jpg", "jpeg", "gif", "webp")),
    "sound": lambda m: _attached(m, ("mp3", "wav", "ogg", "flac", "m4a")),
    "pin": lambda m: bool(m.get("pinned")),
    "invite": lambda m: "discord.gg/" in m["content"],
}


def parse_filter(text: str) -> Match:
    """Read a filter; ValueError names one that cannot be read."""
    tokens = _tokens(text)
    match = _either(tokens)
    if tokens:
        raise ValueError(f"Invalid filter '{text}'.")
    return match


def _tokens(text: str) -> list[re.Match[str]]:
    found, position = [], 0
    while text[position:].strip():
        token = _TOKEN.match(text, position)
        if token is None:
            raise ValueError(f"Invalid filter '{text}'.")
        found.append(token)
        position = token.end()
    return found


def _is(tokens: list[re.Match[str]], *marks: str) -> bool:
    return bool(tokens) and (tokens[0]["mark"] or tokens[0]["dash"]) in marks


def _either(tokens: list[re.Match[str]]) -> Match:
    choices = [_all(tokens)]
    while _is(tokens, "|"):
        tokens.pop(0)
        choices.append(_all(tokens))
    return lambda message, server: any(choice(message, server) for choice in choices)


def _all(tokens: list[re.Match[str]]) -> Match:
    terms = [_term(tokens)]
    while tokens and not _is(tokens, "|", ")"):
        if _is(tokens, "&"):
            tokens.pop(0)
        terms.append(_term(tokens))
    return lambda message, server: all(term(message, server) for term in terms)


def _term(tokens: list[re.Match[str]]) -> Match:
    if not tokens:
        raise ValueError("Invalid filter ''.")
    token = tokens.pop(0)
    if token["mark"] == "(":
        inner = _either(tokens)
        if not _is(tokens, ")"):
            raise ValueError("Invalid filter '('.")
        tokens.pop(0)
        return inner
    if token["mark"] == "~" or token["dash"]:
        negated = _term(tokens)
        return lambda message, server: not negated(message, server)
    if token["mark"]:
        raise ValueError(f"Invalid filter '{token['mark']}'.")
    text = next(t for t in (token["double"], token["single"], token["bare"]) if t is not None)
    return _simple((token["key"] or "").lower(), re.sub(r"\\(.)", r"\1", text))


def _simple(key: str, value: str) -> Match:
    if key == "has":
        if value.lower() not in _HAS:
            raise ValueError(f"Invalid filter 'has:{value}'.")
        return lambda message, _server: _HAS[value.lower()](message)
    if key == "from":
        return lambda message, server: _is_user(server.user(message["author"]), value)
    if key == "mentions":
        return lambda message, server: any(_is_user(server.user(u), value) for u in message["mentions"])
    if key == "reaction":
        return lambda message, _server: any(_is_emoji(r["emoji"], value) for r in message.get("reactions", []))
    word = re.compile(rf"(?<!\w){re.escape(value)}(?!\w)", re.IGNORECASE)
    return lambda message, _server: any(word.search(text) for text in _texts(message))


def _texts(message: Facts) -> list[str]:
    embeds = message.get("embeds", [])
    return [message["content"], *(e.get(k) or "" for e in embeds for k in ("title", "description"))]


def _is_user(user: Facts, value: str) -> bool:
    full = f"{user['name']}#{user['discriminator']}"
    names = (user["name"], display_name(user), full, str(user["id"]))
    return value.lower() in {name.lower() for name in names}


def _is_emoji(emoji: Facts, value: str) -> bool:
    return value.lower() in {emoji["name"].lower(), emoji_code(emoji).lower(), str(emoji["id"])}


def _attached(message: Facts, extensions: tuple[str, ...]) -> bool:
    return any(item["name"].lower().endswith(extensions) for item in message.get("attachments", []))
