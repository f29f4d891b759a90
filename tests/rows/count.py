"""The same figures counted a second time: in plain Python over a world, by the definitions in docs/metrics.md."""

from collections import Counter
from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Counted:
    """The messages of a world inside [since, until), in channels that are not excluded."""

    world: object
    since: object
    until: object
    excluded: frozenset = frozenset()

    def channel(self, message):
        return next(channel for channel in self.world.channels if channel.id == message.channel_id)

    def is_left_out(self, channel):
        parents = {other.id: other for other in self.world.channels}
        parent = parents.get(channel.parent_id)
        return bool(self.excluded & {channel.id, channel.parent_id, parent.parent_id if parent else None})

    def stored(self, guild_id):
        return [
            message
            for message in self.world.messages
            if self.since <= message.at < self.until
            and self.channel(message).guild_id == guild_id
            and not self.is_left_out(self.channel(message))
        ]

    def written(self, guild_id):
        return [message for message in self.stored(guild_id) if self.counts(message)]

    def counts(self, message):
        return message.kind in {0, 19} and message.deleted_at is None and self.world.author_kind(message) != 1

    def of_people(self, guild_id):
        return [message for message in self.written(guild_id) if self.world.author_kind(message) == 0]

    def activity(self, guild_id):
        stored, written = self.stored(guild_id), self.written(guild_id)
        gone = [message for message in stored if message.deleted_at]
        bots = [m for m in stored if not m.deleted_at and self.world.author_kind(m) == 1]
        places = {message.channel_id: self.channel(message).is_thread for message in written}
        return {
            "messages": len(written),
            "posters": len({message.author_id for message in self.of_people(guild_id)}),
            "active_channels": sum(not is_thread for is_thread in places.values()),
            "active_threads": sum(places.values()),
            "replies": sum(message.kind == 19 for message in written),
            "reactions": sum(reaction.count for message in written for reaction in message.reactions),
            "attachments": sum(message.attachments for message in written),
            "embeds": sum(message.embeds for message in written),
            "mentions": sum(len(message.mentions) for message in written),
            "stickers": sum(message.stickers for message in written),
            "edited": sum(message.edited_at is not None for message in written),
            "pinned": sum(message.is_pinned for message in written),
            "deleted_account_messages": len(written) - len(self.of_people(guild_id)),
            "bot_messages": len(bots),
            "system_messages": len(stored) - len(written) - len(gone) - len(bots),
            "deleted_messages": len(gone),
            "all_messages": len(stored),
        }

    def totals(self, guild_id):
        stored = self.stored(guild_id)
        return {
            "messages": len(stored),
            "authors": len({message.author_id for message in stored}),
            "channels": len({message.channel_id for message in stored}),
            "replies": sum(message.kind == 19 for message in stored),
            "reactions": sum(reaction.count for message in stored for reaction in message.reactions),
            "attachments": sum(message.attachments for message in stored),
            "embeds": sum(message.embeds for message in stored),
            "mentions": sum(len(message.mentions) for message in stored),
            "stickers": sum(message.stickers for message in stored),
            "edited": sum(message.edited_at is not None for message in stored),
            "pinned": sum(message.is_pinned for message in stored),
            "first_message_at": min((message.at for message in stored), default=None),
            "last_message_at": max((message.at for message in stored), default=None),
        }

    def contributors(self, guild_id, zone):
        theirs = {}
        for message in self.of_people(guild_id):
            theirs.setdefault(message.author_id, []).append(message)
        rows = [
            (
                author,
                len(found),
                sum(message.kind == 19 for message in found),
                sum(reaction.count for message in found for reaction in message.reactions),
                len({message.channel_id for message in found}),
                len({message.at.astimezone(ZoneInfo(zone)).date() for message in found}),
            )
            for author, found in theirs.items()
        ]
        return sorted(rows, key=lambda row: (-row[1], row[0]))

    def channels(self, guild_id):
        theirs = {}
        for message in self.written(guild_id):
            theirs.setdefault(message.channel_id, []).append(message)
        rows = [
            (
                channel,
                len(found),
                len({m.author_id for m in found if self.world.author_kind(m) == 0}),
                sum(message.kind == 19 for message in found),
                sum(reaction.count for message in found for reaction in message.reactions),
            )
            for channel, found in theirs.items()
        ]
        return sorted(rows, key=lambda row: (-row[1], row[0]))

    def first_messages(self, guild_id):
        """Return each person's first message in the guild, ever."""
        ever = Counted(self.world, min(m.at for m in self.world.messages), self.until, self.excluded)
        firsts = {}
        for message in sorted(ever.of_people(guild_id), key=lambda message: (message.at, message.id)):
            firsts.setdefault(message.author_id, message)
        return firsts

    def new_people(self, guild_id):
        """Return who is new, with their first message and when another person first answered it."""
        firsts = [message for message in self.first_messages(guild_id).values() if message.at >= self.since]
        return [
            (first.author_id, first.id, self.first_answer(first))
            for first in sorted(firsts, key=lambda message: (message.at, message.id))
        ]

    def first_answer(self, first):
        answers = [
            message.at
            for message in self.world.messages
            if message.reference == first.id and message.kind == 19 and self.counts(message)
            if message.author_id != first.author_id and message.at < self.until
        ]
        return min(answers, default=None)

    def connectors(self, min_messages):
        per_guild = {
            guild_id: Counter(message.author_id for message in self.of_people(guild_id))
            for guild_id in self.world.guilds
            if guild_id
        }
        rows = []
        for person in self.world.people:
            there = [(n, g) for g, counter in per_guild.items() if (n := counter[person.id]) >= min_messages]
            if len(there) > 1:
                guilds = sorted(there, key=lambda found: (-found[0], found[1]))
                rows.append((person.id, sum(n for n, _ in there), tuple((guild, n) for n, guild in guilds)))
        return sorted(rows, key=lambda row: (-len(row[2]), -row[1], row[0]))

    def highlights(self, guild_id):
        kinds = {person.id: person.author_kind for person in self.world.people}
        rows = []
        for message in self.written(guild_id):
            total = sum(reaction.count for reaction in message.reactions)
            if not total:
                continue
            people = None
            if all(reaction.users is not None for reaction in message.reactions):
                users = {user for reaction in message.reactions for user in reaction.users}
                people = sum(kinds.get(user) != 1 for user in users - {message.author_id})
            replies = sum(
                m.reference == message.id and m.kind == 19 and self.counts(m) and m.at < self.until
                for m in self.world.messages
            )
            rank = (-(total if people is None else people), -total, -replies, message.at, message.id)
            rows.append((rank, (message.id, people, total, replies)))
        return [row for _, row in sorted(rows)]

    def absence_factor(self, guild_id):
        counts = sorted(Counter(m.author_id for m in self.of_people(guild_id)).values(), reverse=True)
        return next((number for number in range(1, len(counts) + 1) if 2 * sum(counts[:number]) >= sum(counts)), None)
