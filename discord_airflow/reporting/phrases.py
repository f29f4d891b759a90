"""What both pages say in the same words."""

from collections.abc import Sequence

from discord_airflow.reporting.model import (
    Coverage,
    DayLine,
    LeftOut,
    NewLine,
    Report,
    Server,
    WeekLine,
)
from discord_airflow.reporting.summary import archive_begins
from discord_airflow.reporting.wording import (
    before_words,
    capitalised,
    counted,
    day_and_time,
    length,
    listed,
    number,
    short_moment,
    where,
)

COUNTING_RULE = (
    "Counted are posts and replies that people wrote, those of accounts deleted since among them; bots, webhooks,"
    " system notices and deleted messages are left out."
)
HIDDEN_PEOPLE = {
    "pseudonym": "People are numbered here; what they wrote, thread titles and links to messages are left out, because"
    " they would lead to a name.",
    "none": "Nobody is named here; what people wrote, thread titles and links to messages are left out, because they"
    " would lead to a name.",
}
MEMBERSHIP_NOTE = (
    "Joined counts the join messages that the server posts; wrote first and wrote last count people by their first and"
    " latest stored message. Exports do not show who left."
)
CLOSING = "Every figure has its receipt in the .json beside this file; discord-airflow verify runs them again."
PLAUSIBLE = "Is the data plausible?"
NO_CONNECTORS = "Nobody wrote on two of the servers."
GAPS_SHOWN = 5
NEW_PEOPLE_SHOWN = 10
CONNECTORS_SHOWN = 10
SECTION_TITLES = {
    "stats": "Activity",
    "trends": "Trend",
    "connectors": "People across servers",
    "highlights": "Highlights and new people",
    "health": "Membership, and whether the data is plausible",
    "digest": "Digest in words",
}


def basis(report: Report) -> str:
    """Return on what the whole report rests, in one sentence."""
    covered = [server.coverage for server in report.servers if server.coverage]
    if not covered:
        return "No server was imported yet."
    whole, known = sum(each.channels_complete for each in covered), sum(each.channels for each in covered)
    servers = counted(len(report.servers), "server")
    collected = f"{number(whole)} of {counted(known, 'known channel and thread', 'known channels and threads')}"
    sentence = f"{servers}; {collected} collected for the whole window"
    if whole:
        sentence += f", {_proof(covered)}"
    newest = max((each.newest_message_at for each in covered if each.newest_message_at), default=None)
    return sentence + (f". Newest message: {short_moment(newest, report.window.zone)}." if newest else ".")


def _proof(covered: Sequence[Coverage]) -> str:
    proven = [each.proven for each in covered]
    if all(proven):
        return "proven by our own collector"
    return (
        "as the export files claim"
        if not any(proven)
        else "partly proven by our own collector, partly as the files claim"
    )


def coverage_note(coverage: Coverage) -> str | None:
    """Return what is missing from a server's window; None when nothing is."""
    if coverage.state == "complete":
        return None
    if not coverage.channels:
        return "No channel of this server was exported."
    if coverage.state == "none":
        return f"None of {counted(coverage.channels, 'channel and thread', 'channels and threads')} was collected."
    counts = [
        f"{number(count)} {word}"
        for count, word in (
            (coverage.channels_complete, "collected for the whole window"),
            (coverage.channels_partial, "in part"),
            (coverage.channels_none, "not at all"),
        )
        if count
    ]
    known = counted(coverage.channels, "channel and thread", "channels and threads")
    return f"Of {known}: {listed(counts)}. Every figure of this window may be higher."


def gap_lines(coverage: Coverage, report: Report) -> list[str]:
    """Return the first gaps of a server, one a line, and how many more there are."""
    zone = report.window.zone
    lines = [
        f"{where(gap.channel, is_thread=gap.is_thread)}: nothing from {day_and_time(gap.since, zone)}"
        f" to {day_and_time(gap.until, zone)}{f' ({gap.reason})' if gap.reason else ''}"
        for gap in coverage.gaps[:GAPS_SHOWN]
    ]
    more = len(coverage.gaps) - GAPS_SHOWN
    return [*lines, f"and {counted(more, 'more gap')}"] if more > 0 else lines


def left_out(counts: LeftOut) -> str | None:
    """Return what else the window holds, so that everything stored is accounted for; None when there is nothing."""
    parts = [
        counted(counts.bot_messages, "bot message") if counts.bot_messages else "",
        counted(counts.system_messages, "system notice") if counts.system_messages else "",
        counted(counts.deleted_messages, "message deleted since", "messages deleted since")
        if counts.deleted_messages
        else "",
    ]
    said = [part for part in parts if part]
    return f"Not counted: {listed(said)}; {number(counts.all_messages)} stored in all." if said else None


def before_heading(report: Report) -> str:
    """Return the heading of the column with the preceding window's figures."""
    return before_words(report.window.window).removeprefix("the ").capitalize()


def people_lines(server: Server, report: Report) -> list[str]:
    """Return what is known about the people of the window beyond the headline, one sentence each."""
    people = server.people
    if people is None or people.posters is None:
        return []
    lines: list[str] = []
    if people.half_written_by and people.state == "complete":
        lines.append(f"Half of the messages were written by {counted(people.half_written_by, 'person', 'people')}.")
    if people.posters_28_days is not None:
        lines.append(f"{counted(people.posters_28_days, 'person', 'people')} wrote in the last 28 days.")
    if people.preceding is not None:
        lines.append(
            f"{number(people.preceding)} wrote {before_words(report.window.window)} + {number(people.new or 0)} new"
            f" + {number(people.returned or 0)} returned − {number(people.lapsed or 0)} silent now"
            f" = {number(people.posters)}."
        )
    return lines


def collected(server: Server) -> bool:
    """Say whether there is anything to show of the window itself."""
    return server.coverage is None or server.coverage.state != "none"


def no_reactions(server: Server) -> str:
    """Return what stands in the place of a list of most-reacted messages that is empty."""
    return _as_far_as_known(server, "nobody reacted to a message.")


def nobody_new(server: Server) -> str:
    """Return what stands in the place of a list of new people that is empty."""
    return _as_far_as_known(server, "nobody wrote here for the first time.")


def _as_far_as_known(server: Server, said: str) -> str:
    is_whole = server.coverage is None or server.coverage.state == "complete"
    return capitalised(said) if is_whole else f"In what was collected {said}"


def unknown_points(rows: Sequence[DayLine] | Sequence[WeekLine], unit: str) -> str:
    """Return a word about the points that a chart leaves out, or nothing where it has all."""
    is_whole = all(row.messages is not None for row in rows)
    return "" if is_whole else f"Not every {unit.lower()} is known: see the numbers."


def head_notes(report: Report) -> list[str]:
    """Return what a reader has to know beside the counting rule: what was excluded, and who is not named."""
    notes: list[str] = []
    if report.excluded_channels:
        verb = "is" if len(report.excluded_channels) == 1 else "are"
        notes.append(f"{counted(len(report.excluded_channels), 'excluded channel')} {verb} left out of everything.")
    if report.names in HIDDEN_PEOPLE:
        notes.append(HIDDEN_PEOPLE[report.names])
    return notes


def welcome(server: Server) -> str | None:
    """Return how many of the new people got a reply; None when nobody is new."""
    lines = server.new_people.rows if server.new_people else ()
    replied = sum(line.reply_minutes is not None for line in lines)
    if len(lines) < 2:
        return None
    if replied in {0, len(lines)}:
        return f"{'All' if replied else 'None of the'} {number(len(lines))} first messages got a reply."
    return f"{number(replied)} of {number(len(lines))} first messages got a reply."


def listed_new_people(server: Server, report: Report) -> Sequence[NewLine]:
    """Return the new people that a page lists; nobody where nobody has a name."""
    lines = server.new_people.rows if server.new_people and report.names != "none" else ()
    return lines[:NEW_PEOPLE_SHOWN]


def more_new_people(server: Server, report: Report) -> str | None:
    """Return how many new people are not listed."""
    more = len(server.new_people.rows) - NEW_PEOPLE_SHOWN if server.new_people and report.names != "none" else 0
    return f"and {counted(more, 'more person', 'more people')}" if more > 0 else None


def more_connectors(report: Report) -> str | None:
    """Return how many connectors are not listed."""
    more = len(report.connectors.rows) - CONNECTORS_SHOWN if report.connectors else 0
    return f"And {counted(more, 'more person', 'more people')}." if more > 0 else None


def newness(server: Server, report: Report) -> str | None:
    """Return a warning where the archive is too young for "new" to mean much."""
    begins = archive_begins(server, report.window.window)
    if begins is None or not (server.new_people and server.new_people.rows):
        return None
    return f"The archive begins on {begins}; whoever wrote before that looks new here."


def trend_heading(server: Server, report: Report) -> str:
    """Return the heading of the trend: ``The last 8 weeks``."""
    weeks = len(server.weeks.rows) if server.weeks else 0
    return f"The last {counted(weeks, trend_unit(report).lower())}"


def trend_unit(report: Report) -> str:
    """Return what a window of the trend is called."""
    return "Week" if length(report.window.window) == "7 days" else "Window"


def tiles_note(server: Server, report: Report) -> str:
    """Return what the changes are against, and what the figures leave out."""
    compared = [line for line in server.headline if line.change is not None]
    against = f"Change against {before_words(report.window.window)}. " if compared else ""
    return against + ((left_out(server.left_out) or "") if server.left_out and collected(server) else "")


def hour_legend(report: Report) -> str:
    """Return what the signs between the hours mean."""
    return f"Messages by hour on the clock of {report.window.zone}: · none, ? not known, + at least."
