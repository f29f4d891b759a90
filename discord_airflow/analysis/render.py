"""A digest as Markdown; whatever comes from Discord is made inert, whatever it says."""

import re
import unicodedata

from discord_airflow.analysis.sections import HINTS, footer
from discord_airflow.analysis.statements import Digest, Segment, Statement

_MARKUP = re.compile(r"[\\`*_\[\]<>#|~&$]")
_CALLS = re.compile(r"[@<]|://|\.(?=\w)")
_JOINER = "\u2060"
"""Invisible, and enough to keep a page, an app or a bot from making a link or a ping of what stands around it."""


def render_markdown(digest: Digest) -> str:
    """Return the digest as a Markdown text that begins with its line of summary."""
    lines = [f"**{digest.summary}**", ""]
    for note in digest.notes:
        lines += [f"> {escape(note)}", ""]
    for section in digest.sections:
        lines += [f"## {escape(section.title)}", ""]
        hint = HINTS.get(section.key)  # type: ignore[call-overload]
        lines += [f"*{hint}*", ""] if hint else []
        lines += [f"- {render_statement(statement)}" for statement in section.statements]
        lines.append("")
    lines += ["---", "", footer(digest.scores, digest.coverage), "", f"*{provenance_line(digest)}*", ""]
    return "\n".join(lines)


def render_statement(statement: Statement) -> str:
    """Return one sentence in Markdown; a flagged one opens with a mark and ends with the reason."""
    text = "".join(_render_segment(part) for part in statement.segments)
    if statement.state == "flagged":
        return f"⚠ {text} *({escape('; '.join(statement.reasons))})*"
    return text


def _render_segment(part: Segment) -> str:
    match part.kind:
        case "words" | "number":
            return part.text
        case "person":
            return f"**{escape(part.text)}**"
        case "quote":
            return f"“{escape(part.text)}”"
        case "source":
            return f"[{part.text}]({part.url})"
        case "label" | "term":
            return f"*{escape(part.text)}*"
        case _:
            return escape(part.text)


def escape(text: str) -> str:
    """Return *text* so that Markdown, HTML, Discord and mail programs show it as it is and do nothing with it."""
    visible = "".join(character for character in text if unicodedata.category(character) not in ("Cc", "Cf"))
    return _CALLS.sub(_apart, _MARKUP.sub(r"\\\g<0>", visible))


def _apart(match: re.Match[str]) -> str:
    sign = match[0]
    return f"{_JOINER}@{_JOINER}" if sign == "@" else f"{sign[0]}{_JOINER}{sign[1:]}"


def provenance_line(digest: Digest) -> str:
    """Return by what the digest was made."""
    made = digest.provenance
    if not made.model:
        return f"Made without a language model; checker {made.checker}."
    options = ", ".join(f"{name} {value}" for name, value in made.options.items())
    build = (made.model_digest or "build unknown")[:12]
    prompt = f"{made.prompt} ({(made.prompt_sha256 or '')[:12]})"
    return (
        f"Chosen by {escape(made.model)} ({build}; {escape(made.server or 'server unknown')}) with prompt {prompt}; "
        f"{options}; checker {made.checker}, which asks no model."
    )
