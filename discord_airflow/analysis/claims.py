"""
What a model may answer, as a schema for the server and as a strict parser of ours.

The schema makes good answers likely; the parser is the authority. A claim is a selection: handles, a copied sentence,
a label. Everything else in the digest is written by code.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from discord_airflow.analysis.statements import Kind
from discord_airflow.queries.chunker import Chunk

MOST_CLAIMS = 12
KINDS: tuple[Kind, ...] = (
    "topic",
    "announcement",
    "decision",
    "plan",
    "answered_question",
    "open_question",
    "disagreement",
    "claim",
    "link",
)
# The minus stands last: the engine's grammars know no escaped one.
_LABEL_PATTERN = "^[A-Za-z\\u00C0-\\uD7FF ,.'?!:;()-]{3,160}$"
_WRAPPING = re.compile(
    r"\A\ufeff?\s*(?:<think>.*?</think>\s*)?(?:```(?:json)?\s*\n(?P<fenced>.*?)\n?```|(?P<bare>.*))\s*\Z", re.DOTALL
)
_KEYS = {"kind", "cites", "quote_cite", "quote", "label"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a model proposes to tell; handles are those of one chunk."""

    kind: Kind
    cites: tuple[str, ...]
    quote_cite: str
    quote: str
    label: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A model's answer: its proposals, and why the others could not be read."""

    first_word: str
    proposals: tuple[Proposal, ...]
    faults: tuple[str, ...] = ()


class ReplyError(ValueError):
    """The answer as a whole cannot be read."""


def schema_for(chunk: Chunk) -> dict[str, Any]:
    """Return the JSON schema of an answer about *chunk*: flat, with the handles that exist spelled out."""
    primary = [line.handle for line in chunk.lines if not line.is_context]
    every = primary + [line.handle for line in chunk.lines if line.is_context]
    claim = {
        "type": "object",
        "properties": {
            "kind": {"enum": list(KINDS)},
            "cites": {"type": "array", "items": {"enum": every}, "minItems": 1, "maxItems": 3},
            "quote_cite": {"enum": primary},
            "quote": {"type": "string", "minLength": 4, "maxLength": 240},
            "label": {"type": "string", "pattern": _LABEL_PATTERN},
        },
        "required": ["kind", "cites", "quote_cite", "quote", "label"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {
            # A free word, not a constant: a constant would be filled in also when the word was never seen.
            "first_word": {"type": "string", "pattern": "^[a-z]{3,12}$"},
            "claims": {"type": "array", "items": claim, "maxItems": MOST_CLAIMS},
        },
        "required": ["first_word", "claims"],
        "additionalProperties": False,
    }


def parse_reply(text: str, chunk: Chunk, *, is_cut: bool = False) -> Reply:
    """
    Return what *text* says, or raise ReplyError.

    One JSON object, no key twice, nothing around it but a code fence. A claim that is not as agreed is left out with a
    reason. With *is_cut*, the complete claims at the front of a broken-off answer are read.
    """
    match = _WRAPPING.match(text)
    body = (match["fenced"] or match["bare"] or "") if match else text
    value = _cut_value(body) if is_cut else _whole_value(body.strip())
    if not isinstance(value, dict) or set(value) - {"first_word", "claims"}:
        raise ReplyError("the answer is not the object that was asked for")
    word, claims = value.get("first_word"), value.get("claims")
    if not isinstance(word, str) or not isinstance(claims, list):
        raise ReplyError("the answer lacks its word or its list")
    proposals: list[Proposal] = []
    faults: list[str] = []
    for claim in claims[:MOST_CLAIMS]:
        fault, proposal = _read_claim(claim, chunk)
        if proposal:
            proposals.append(proposal)
        else:
            faults.append(fault)
    faults += ["more proposals than asked for"] * max(0, len(claims) - MOST_CLAIMS)
    return Reply(word.strip().lower(), tuple(proposals), tuple(faults))


def _whole_value(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_without_doubles, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ReplyError(f"the answer is not JSON: {error}") from None


def _cut_value(text: str) -> Any:
    """Read the word and the claims that are complete; what was cut off is left out."""
    word = re.search(r'"first_word"\s*:\s*("[^"\\]*")', text)
    start = re.search(r'"claims"\s*:\s*\[', text)
    if not word or not start:
        raise ReplyError("the answer was cut off before its first claim")
    decoder = json.JSONDecoder(object_pairs_hook=_without_doubles, parse_constant=_refuse)
    claims: list[Any] = []
    place = start.end()
    while True:
        place += len(text[place:]) - len(text[place:].lstrip(" \t\r\n,"))
        try:
            claim, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            return {"first_word": json.loads(word[1]), "claims": claims}
        claims.append(claim)


def _without_doubles(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in it")
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a value")


def _read_claim(claim: Any, chunk: Chunk) -> tuple[str, Proposal | None]:
    if not isinstance(claim, dict) or set(claim) != _KEYS:
        return "a proposal does not have the parts agreed", None
    texts = [claim[key] for key in ("kind", "quote_cite", "quote", "label")]
    cites = claim["cites"]
    if not all(isinstance(text, str) for text in texts) or not isinstance(cites, list):
        return "a proposal does not have the parts agreed", None
    if claim["kind"] not in get_args(Kind) or claim["kind"] not in KINDS:
        return "a proposal is of no known kind", None
    return _read_handles(claim, tuple(dict.fromkeys(str(cite) for cite in cites)), chunk)


def _read_handles(claim: Mapping[str, Any], cites: tuple[str, ...], chunk: Chunk) -> tuple[str, Proposal | None]:
    if not 1 <= len(cites) <= 3 or any(handle not in chunk.by_handle for handle in (*cites, claim["quote_cite"])):
        return "a proposal cites a message that was not shown", None
    if chunk.by_handle[cites[0]].is_context or claim["quote_cite"] not in cites:
        return "a proposal rests on context only", None
    if not 1 <= len(claim["quote"]) <= 1000 or len(claim["label"]) > 400:
        return "a proposal is too long", None
    return "", Proposal(claim["kind"], cites, claim["quote_cite"], claim["quote"], claim["label"])
