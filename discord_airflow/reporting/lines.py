"""From the query layer's rows to the lines of a report: names and texts become plain, times local, ids text."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from discord_airflow.queries import rows
from discord_airflow.reporting import model
from discord_airflow.reporting.namer import DELETED_ACCOUNT, Namer, emoji_text
from discord_airflow.reporting.plain_text import plain, plain_name
from discord_airflow.reporting.wording import before_words
from discord_airflow.window import Window, zone_named

LABELS = {
    "messages": "Messages",
    "posters": "People who wrote",
    "replies": "Replies",
    "reactions": "Reactions",
    "active_channels": "Active channels",
    "active_threads": "Active threads",
}
"""The headline figures in the order of the report, as it calls them."""

REASON_LIMIT = 120


def headlines(receipt: str, changes: Sequence[rows.Change], window: Window) -> Iterable[model.Headline]:
    """Return the headline figures; a change only where both windows were collected completely."""
    by_figure = {change.figure: change for change in changes}
    for figure, label in LABELS.items():
        if change := by_figure.get(figure):
            yield model.Headline(
                figure=figure,
                label=label,
                value=change.value,
                state=change.state,
                before=change.preceding,
                state_before=change.preceding_state,
                change=change.change,
                no_comparison=_no_comparison(change, window),
                receipt=receipt,
            )


def _no_comparison(change: rows.Change, window: Window) -> str | None:
    if change.state == "none":
        return "this window was not collected"
    if change.preceding_state == "none":
        return f"{before_words(window)} was not collected"
    if change.state == "partial":
        return "this window was collected only in part"
    return f"{before_words(window)} was collected only in part" if change.preceding_state == "partial" else None


def coverage(receipt: str, row: rows.GuildCoverage, namer: Namer) -> model.Coverage:
    """Return what a server's figures rest on."""
    return model.Coverage(
        receipt=receipt,
        state=row.state,
        proven=row.proven,
        channels=row.channels,
        channels_complete=row.channels_complete,
        channels_partial=row.channels_partial,
        channels_none=row.channels_none,
        oldest_message_at=_local(row.oldest_message_at, namer.zone) if row.oldest_message_at else None,
        newest_message_at=_local(row.newest_message_at, namer.zone) if row.newest_message_at else None,
        gaps=tuple(_gap(gap, namer) for gap in row.gaps),
    )


def _gap(row: rows.Gap, namer: Namer) -> model.GapLine:
    return model.GapLine(
        channel=namer.channel(row.channel_id, row.channel_name),
        is_thread=namer.is_thread(row.channel_id),
        since=_local(row.since, namer.zone),
        until=_local(row.until, namer.zone),
        reason=plain(row.reason, REASON_LIMIT) if row.reason else None,
    )


def left_out(receipt: str, row: rows.Activity) -> model.LeftOut:
    """Return what the headline figures do not count."""
    return model.LeftOut(
        receipt=receipt,
        messages=row.messages,
        bot_messages=row.bot_messages,
        system_messages=row.system_messages,
        deleted_messages=row.deleted_messages,
        deleted_account_messages=row.deleted_account_messages,
        all_messages=row.all_messages,
    )


def contributor(place: int, row: rows.Contributor, namer: Namer) -> model.ContributorLine:
    """Return a person of the ranking."""
    return model.ContributorLine(
        place=place,
        name=namer.person(row.user_id, row.name),
        user_id=namer.account(row.user_id),
        messages=row.messages,
        replies=row.replies,
        reactions=row.reactions,
        channels=row.channels,
        active_days=row.active_days,
    )


def channel(place: int, row: rows.ChannelActivity, namer: Namer) -> model.ChannelLine:
    """Return a channel of the ranking; *parent* only for a thread."""
    return model.ChannelLine(
        place=place,
        name=namer.channel(row.channel_id, row.channel_name),
        parent=plain_name(row.parent_name) if row.is_thread and row.parent_name else None,
        is_thread=row.is_thread,
        channel_id=namer.thread_id(row.channel_id),
        messages=row.messages,
        posters=row.posters,
        replies=row.replies,
        reactions=row.reactions,
    )


def new_person(row: rows.NewPerson, namer: Namer) -> model.NewLine:
    """Return a person who wrote for the first time."""
    waited = row.first_reply_at - row.first_message_at if row.first_reply_at else None
    return model.NewLine(
        name=namer.person(row.user_id, row.name),
        user_id=namer.account(row.user_id),
        channel=namer.channel(row.channel_id, row.channel_name),
        is_thread=namer.is_thread(row.channel_id),
        first_message_at=namer.moment(row.first_message_at),
        link=namer.link(row.guild_id, row.channel_id, row.first_message_id),
        reply_minutes=None if waited is None else max(0, round(waited / timedelta(minutes=1))),
        messages=row.messages,
    )


def highlight(place: int, row: rows.Highlight, namer: Namer) -> model.HighlightLine:
    """Return a message that people reacted to."""
    author = DELETED_ACCOUNT if row.author_is_deleted_account else namer.person(row.author_id, row.author_name)
    return model.HighlightLine(
        place=place,
        author=author,
        author_id=None if row.author_is_deleted_account else namer.account(row.author_id),
        channel=namer.channel(row.channel_id, row.channel_name),
        is_thread=namer.is_thread(row.channel_id),
        sent_at=namer.moment(row.sent_at),
        text=namer.text(row.guild_id, row.content),
        attachments=row.attachments,
        embeds=row.embeds,
        stickers=row.stickers,
        link=namer.link(row.guild_id, row.channel_id, row.message_id),
        reactors=row.reactors,
        reactions=row.reactions,
        replies=row.replies,
        emojis=tuple(model.ReactionCount(emoji=emoji_text(emoji), count=emoji.count) for emoji in row.emojis),
    )


def day(row: rows.DayPoint, zone: str) -> model.DayLine:
    """Return one day."""
    return model.DayLine(
        day=row.day,
        since=_local(row.since, zone),
        until=_local(row.until, zone),
        state=row.state,
        messages=row.messages,
        posters=row.posters,
    )


def hour(row: rows.HourCell) -> model.HourLine:
    """Return one hour of the weekday."""
    return model.HourLine(weekday=row.weekday, hour=row.hour, state=row.state, messages=row.messages)


def week(row: rows.WeekPoint, zone: str) -> model.WeekLine:
    """Return one window of the trend."""
    return model.WeekLine(
        since=_local(row.since, zone),
        until=_local(row.until, zone),
        state=row.state,
        messages=row.messages,
        posters=row.posters,
    )


def people(
    receipt: str, row: rows.WeeklyActive, receipt_half: str, concentration: rows.Concentration | None
) -> model.PeopleLine:
    """Return where the people of the window came from, and how few of them wrote half of it."""
    known = concentration if row.state != "none" else None
    return model.PeopleLine(
        receipt=receipt,
        state=row.state,
        posters=row.posters,
        preceding=row.preceding,
        new=row.new,
        returned=row.returned,
        lapsed=row.lapsed,
        posters_28_days=row.posters_28_days,
        half_written_by=known.absence_factor if known else None,
        receipt_half=receipt_half,
    )


def month(row: rows.MembershipMonth, zone: str) -> model.MonthLine:
    """Return one month of the membership."""
    return model.MonthLine(
        month=row.month,
        until=_local(row.until, zone),
        state=row.state,
        joins=row.joins,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
    )


def connector(place: int, row: rows.Connector, namer: Namer) -> model.ConnectorLine:
    """Return a person who wrote on two or more servers, busiest first, under the name they have on the busiest."""
    servers = tuple(
        model.GuildShare(server_id=str(guild.guild_id), server=plain_name(guild.guild_name), messages=guild.messages)
        for guild in row.guilds
    )
    return model.ConnectorLine(
        place=place,
        name=namer.person(row.user_id, row.guilds[0].name if row.guilds else row.name),
        user_id=namer.account(row.user_id),
        messages=row.messages,
        servers=servers,
    )


def _local(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(zone_named(zone))
