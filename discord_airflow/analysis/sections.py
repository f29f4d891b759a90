"""The sections of a digest: their order, their headings, and what stands in them."""

from collections.abc import Iterable, Mapping, Sequence

from discord_airflow.analysis.statements import Coverage, Kind, Scores, Section, Statement

TITLES: Mapping[Kind, str] = {
    "topic": "What people talked about",
    "announcement": "Announcements",
    "decision": "Decisions",
    "plan": "Plans",
    "answered_question": "Questions that were answered",
    "open_question": "Questions still open",
    "disagreement": "Where people disagreed",
    "claim": "Claims worth checking",
    "reacted": "What drew most reactions",
    "link": "Links",
    "quote": "In their own words",
}
"""In the order of the page."""

HINTS: Mapping[Kind, str] = {
    "claim": "Said with confidence by members. Whether they are true was not checked.",
    "open_question": "No reply, and nobody else wrote there within the hour.",
}
"""A line below a heading, where a reader needs one."""


def arrange(statements: Iterable[Statement]) -> tuple[Section, ...]:
    """Return the shown ones of *statements* under their headings; empty headings are left out."""
    shown = [statement for statement in statements if statement.is_shown]
    sections = (
        Section(kind, title, tuple(statement for statement in shown if statement.kind == kind))
        for kind, title in TITLES.items()
    )
    return tuple(section for section in sections if section.statements)


def score(shown: Sequence[Statement], removed: Sequence[Statement], extra_reasons: Mapping[str, int]) -> Scores:
    """Return the figures of the check; *extra_reasons* counts proposals that never became a statement."""
    reasons = dict(extra_reasons)
    for statement in removed:
        for reason in statement.reasons[:1]:
            reasons[reason] = reasons.get(reason, 0) + 1
    gone = len(removed) + sum(extra_reasons.values())
    parts = [part.kind for statement in shown for part in statement.segments]
    return Scores(
        proposed=len(shown) + gone,
        published=len(shown),
        verified=sum(statement.state == "verified" for statement in shown),
        flagged=sum(statement.state == "flagged" for statement in shown),
        removed=gone,
        sources=parts.count("source"),
        quotes=parts.count("quote"),
        numbers=parts.count("number"),
        reasons=dict(sorted(reasons.items())),
    )


def footer(scores: Scores, coverage: Coverage) -> str:
    """Return what the line below a digest says about the check."""
    read = coverage.read + coverage.shortened
    return (
        f"{scores.verified:,} of {scores.published:,} statements verified, {scores.flagged:,} flagged, "
        f"{scores.removed:,} proposals removed. {scores.sources:,} sources, {scores.quotes:,} quotes word for word, "
        f"{scores.numbers:,} numbers counted again; {read:,} of {coverage.given:,} messages read. This checks the "
        "digest against the messages, not the messages against the world."
    )
