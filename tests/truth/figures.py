"""The figures of a report, counted one message at a time over raw exports. Nothing here comes from the project."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from truth.archive import Archive, Message


class Figures:
    """The figures of an archive in the half-open window [since, until), on the wall clock of *zone*."""

    def __init__(
        self, archive: Archive, since: datetime, until: datetime, zone: str = "UTC", excluded: Collection[int] = ()
    ) -> None:
        self.archive, self.since, self.until, self.zone = archive, since, until, ZoneInfo(zone)
        left_out = {str(channel_id) for channel_id in excluded}
        self.everything = [message for message in archive.messages if not self._family(message) & left_out]
        self.found = [message for message in self.everything if since <= message.sent_at < until]

    def _family(self, message: Message) -> set[str]:
        """Return the ids of a message's channel and of what is above it."""
        ids: set[str] = set()
        channel_id: str | None = str(message.channel_id)
        while channel_id and channel_id not in ids:
            ids.add(channel_id)
            channel_id = (self.archive.channels.get(int(channel_id)) or {}).get("categoryId")
        return ids

    def _all(self, guild_id: int) -> list[Message]:
        return [message for message in self.found if message.guild_id == guild_id]

    def written(self, guild_id: int) -> list[Message]:
        """Return what counts as messages."""
        return [message for message in self._all(guild_id) if message.is_written]

    def of_people(self, guild_id: int) -> list[Message]:
        """Return the messages of those who rank as people."""
        return [message for message in self._all(guild_id) if message.is_persons]

    def between(self, since: datetime, until: datetime) -> "Figures":
        """Return the figures of another window over the same messages."""
        other = Figures.__new__(Figures)
        other.archive, other.since, other.until, other.zone = self.archive, since, until, self.zone
        other.everything = self.everything
        other.found = [message for message in self.everything if since <= message.sent_at < until]
        return other

    # --- what happened ------------------------------------------------------------------------------

    def activity(self, guild_id: int) -> dict[str, int]:
        """Return the headline and all that it leaves out."""
        everything, written = self._all(guild_id), self.written(guild_id)
        rest = [message for message in everything if not message.is_written]
        return {
            "messages": len(written),
            "posters": len({message.author_id for message in self.of_people(guild_id)}),
            "active_channels": len({message.channel_id for message in written if not message.in_thread}),
            "active_threads": len({message.channel_id for message in written if message.in_thread}),
            "replies": sum(message.kind == 19 for message in written),
            "reactions": sum(message.reactions for message in written),
            **{part: _parts(written, part) for part in ("attachments", "embeds", "mentions", "stickers")},
            "edited": sum(message.raw["timestampEdited"] is not None for message in written),
            "pinned": sum(message.raw["isPinned"] for message in written),
            "deleted_account_messages": sum(not message.is_persons for message in written),
            "bot_messages": sum(message.is_bots for message in rest),
            "system_messages": sum(not message.is_bots for message in rest),
            "deleted_messages": 0,  # plain exports never prove that a message was deleted
            "all_messages": len(everything),
        }

    def totals(self, guild_id: int) -> dict[str, int]:
        """Return what is stored, whoever wrote it."""
        everything = self._all(guild_id)
        return {
            "messages": len(everything),
            "authors": len({message.author_id for message in everything}),
            "channels": len({message.channel_id for message in everything}),
            "replies": sum(message.kind == 19 for message in everything),
            "reactions": sum(message.reactions for message in everything),
            **{part: _parts(everything, part) for part in ("attachments", "embeds", "mentions", "stickers")},
            "edited": sum(message.raw["timestampEdited"] is not None for message in everything),
            "pinned": sum(message.raw["isPinned"] for message in everything),
        }

    # --- who and where ------------------------------------------------------------------------------

    def contributors(self, guild_id: int) -> list[dict[str, int]]:
        """Return everybody who wrote, most messages first, then the older account."""
        rows = [
            {
                "user_id": user_id,
                "messages": len(theirs),
                "replies": sum(message.kind == 19 for message in theirs),
                "reactions": sum(message.reactions for message in theirs),
                "channels": len({message.channel_id for message in theirs}),
                "active_days": len({self._wall(message).date() for message in theirs}),
            }
            for user_id, theirs in _by(self.of_people(guild_id), "author_id").items()
        ]
        return sorted(rows, key=lambda row: (-row["messages"], row["user_id"]))

    def channels(self, guild_id: int) -> list[dict[str, int]]:
        """Return every channel, thread and forum post with a message, the busiest first."""
        rows = [
            {
                "channel_id": channel_id,
                "messages": len(theirs),
                "posters": len({message.author_id for message in theirs if message.is_persons}),
                "replies": sum(message.kind == 19 for message in theirs),
                "reactions": sum(message.reactions for message in theirs),
            }
            for channel_id, theirs in _by(self.written(guild_id), "channel_id").items()
        ]
        return sorted(rows, key=lambda row: (-row["messages"], row["channel_id"]))

    def new_people(self, guild_id: int) -> list[dict[str, Any]]:
        """Return the people whose first message ever lies in the window, in the order in which they came."""
        rows = [
            {
                "user_id": first.author_id,
                "channel_id": first.channel_id,
                "first_message_id": first.id,
                "first_message_at": first.sent_at,
                "first_reply_at": self._first_reply(first),
            }
            for first in self._firsts(guild_id)
            if self.since <= first.sent_at < self.until
        ]
        counts = Counter(message.author_id for message in self.of_people(guild_id))
        return [{**row, "messages": counts[row["user_id"]]} for row in rows]

    def _firsts(self, guild_id: int) -> list[Message]:
        theirs = [message for message in self.everything if message.guild_id == guild_id and message.is_persons]
        firsts: dict[int, Message] = {}
        for message in sorted(theirs, key=_order):
            firsts.setdefault(message.author_id, message)
        return sorted(firsts.values(), key=_order)

    def _first_reply(self, message: Message) -> datetime | None:
        times = [
            answer.sent_at
            for answer in self.archive.messages
            if answer.answers == message.id
            and answer.is_written
            and answer.author_id != message.author_id
            and answer.sent_at < self.until
        ]
        return min(times, default=None)

    def connectors(self) -> list[dict[str, Any]]:
        """Return the people who wrote in two or more servers: most servers first, then most messages."""
        rows = []
        for user_id, theirs in _by((m for m in self.found if m.is_persons and m.guild_id), "author_id").items():
            servers = Counter(message.guild_id for message in theirs)
            if len(servers) > 1:
                ranked = sorted(servers.items(), key=lambda pair: (-pair[1], pair[0]))
                rows.append({"user_id": user_id, "messages": len(theirs), "servers": ranked})
        return sorted(rows, key=lambda row: (-len(row["servers"]), -row["messages"], row["user_id"]))

    def highlights(self, guild_id: int) -> list[dict[str, Any]]:
        """Return the messages that people reacted to, by how many did: the author and bots do not count."""
        ranked = []
        for message in self.written(guild_id):
            if not message.reactions:
                continue
            listed = all("users" in reaction for reaction in message.raw["reactions"])
            users = [user for reaction in message.raw["reactions"] for user in reaction.get("users", [])]
            people = {user["id"] for user in users if not user["isBot"]} - {message.author["id"]}
            replies = [m for m in self.archive.messages if m.answers == message.id and m.is_written]
            row = {
                "message_id": message.id,
                "reactors": len(people) if listed else None,
                "reactions": message.reactions,
                "replies": sum(answer.sent_at < self.until for answer in replies),
            }
            score = len(people) if listed else message.reactions
            ranked.append(((-score, -message.reactions, -row["replies"], *_order(message)), row))
        return [row for _, row in sorted(ranked, key=lambda pair: pair[0])]

    def absence_factor(self, guild_id: int) -> int | None:
        """Return how few people wrote half of all messages of people."""
        counts = [row["messages"] for row in self.contributors(guild_id)]
        return next((n for n in range(1, len(counts) + 1) if 2 * sum(counts[:n]) >= sum(counts)), None)

    # --- when ---------------------------------------------------------------------------------------

    def days(self, guild_id: int) -> dict[date, tuple[int, int]]:
        """Return messages and posters of each day that the window touches."""
        first, last = self.since.astimezone(self.zone).date(), (self.until - _MOMENT).astimezone(self.zone).date()
        days = {first + timedelta(days=n): (0, 0) for n in range((last - first).days + 1)}
        for day, theirs in _by(self.written(guild_id), lambda message: self._wall(message).date()).items():
            days[day] = (len(theirs), len({message.author_id for message in theirs if message.is_persons}))
        return days

    def hours(self, guild_id: int) -> Counter[tuple[int, int]]:
        """Return the messages of each hour of the weekday (Monday is 0)."""
        walls = [self._wall(message) for message in self.written(guild_id)]
        return Counter((wall.weekday(), wall.hour) for wall in walls)

    def weeks(self, guild_id: int, number: int) -> list[tuple[datetime, int, int]]:
        """Return beginning, messages and posters of the last *number* windows of seven days, oldest first."""
        rows = []
        for back in reversed(range(number)):
            until = self._back(self.until, 7 * back)
            week = self.between(self._back(self.until, 7 * back + 7), until)
            posters = {message.author_id for message in week.of_people(guild_id)}
            rows.append((week.since, len(week.written(guild_id)), len(posters)))
        return rows

    def people(self, guild_id: int) -> dict[str, int]:
        """Return where the posters of the window came from."""
        before = self.between(self._back(self.since, 7), self.since)
        month = self.between(self._back(self.until, 28), self.until)
        now, then = ({message.author_id for message in part.of_people(guild_id)} for part in (self, before))
        new = {row["user_id"] for row in self.new_people(guild_id)}
        return {
            "posters": len(now),
            "preceding": len(then),
            "new": len(new),
            "returned": len(now - then - new),
            "lapsed": len(then - now),
            "posters_28_days": len({message.author_id for message in month.of_people(guild_id)}),
        }

    def month(self, guild_id: int, first_day: date) -> dict[str, int]:
        """Return joins, first-seen and last-seen people of a calendar month, cut at the end of the window."""
        since = datetime.combine(first_day, time(), self.zone)
        following = (first_day + timedelta(days=31)).replace(day=1)
        until = min(datetime.combine(following, time(), self.zone), self.until)
        part = self.between(since, until)
        lasts: dict[int, Message] = {}
        theirs = [message for message in self.everything if message.guild_id == guild_id and message.is_persons]
        for message in sorted(theirs, key=_order):
            lasts[message.author_id] = message
        return {
            "joins": sum(message.kind == 7 for message in part._all(guild_id)),
            "first_seen": sum(since <= message.sent_at < until for message in self._firsts(guild_id)),
            "last_seen": sum(since <= message.sent_at < until for message in lasts.values()),
        }

    def _wall(self, message: Message) -> datetime:
        return message.sent_at.astimezone(self.zone)

    def _back(self, moment: datetime, days: int) -> datetime:
        """Return the moment *days* days earlier on the wall clock."""
        wall = moment.astimezone(self.zone)
        return (wall - timedelta(days=days)).replace(fold=0)


_MOMENT = timedelta(microseconds=1)


def _order(message: Message) -> tuple[datetime, int]:
    return message.sent_at, message.id


def _parts(messages: list[Message], part: str) -> int:
    return sum(len(message.raw.get(part, [])) for message in messages)


def _by(messages: Iterable[Message], key: Any) -> dict[Any, list[Message]]:
    groups: dict[Any, list[Message]] = {}
    for message in messages:
        groups.setdefault(key(message) if callable(key) else getattr(message, key), []).append(message)
    return groups
