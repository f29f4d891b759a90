"""A synthetic world from a seed: same seed, same world, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from standin import phrases
from standin.instants import TICKS, Instant, ticks_of
from standin.kinds import (
    CATEGORY,
    DIRECT,
    DIRECT_MESSAGES,
    FORUM,
    GROUP,
    JOIN,
    NEWS,
    PIN,
    PRIVATE_THREAD,
    SLASH_COMMAND,
    THREAD_CREATED,
    THREAD_STARTER,
    VOICE,
)
from standin.world import World

NOW = "2026-03-02T12:00:00+00:00"
BOT_TOKEN, USER_TOKEN = "standin-bot-token", "standin-user-token"
_DAY = 86_400 * TICKS
_FOUNDED = 400 * _DAY


@dataclass
class _Settlers:
    """One server while it is filled."""

    world: World
    random: Random
    guild: int
    since: int
    until: int
    people: list[int] = field(default_factory=list)
    bot: int = 0
    webhook: int = 0

    def moments(self, count: int) -> list[int]:
        """Return *count* instants in order, whole milliseconds."""
        span = (self.until - self.since) // 10_000
        return sorted(self.since + self.random.randrange(span) * 10_000 for _ in range(count))


def populate(
    seed: int = 1,
    *,
    guilds: int = 1,
    people: int = 10,
    channels: int = 3,
    messages: int = 40,
    days: int = 21,
    now: Instant = NOW,
) -> World:
    """
    Return a world with *guilds* servers of *channels* text channels with *messages* messages each.

    Besides them each server has categories, a news and a voice channel, an empty channel, a forum with posts,
    threads (open, archived, private), a bot, a webhook, edits, deletions, reactions, pins, forwards and joins; and
    there are direct conversations. The tokens are `BOT_TOKEN` and `USER_TOKEN`.
    """
    random = Random(seed)
    world = World(now=now)
    clock = ticks_of(now)
    for number in range(guilds):
        _found_guild(world, random, number, people, since=clock - days * _DAY, channels=channels, messages=messages)
    everyone = [user for user, facts in world.users.items() if not facts["bot"]]
    _converse(world, random, everyone, clock)
    world.add_token(BOT_TOKEN, kind="bot", user=next(u for u, facts in world.users.items() if facts["bot"]))
    world.add_token(USER_TOKEN, kind="user", user=everyone[0])
    return world


def _found_guild(
    world: World, random: Random, number: int, people: int, *, since: int, channels: int, messages: int
) -> None:
    clock = ticks_of(world.now or NOW)
    name = phrases.GUILDS[number % len(phrases.GUILDS)]
    guild = world.add_guild(name, guild_id=world.next_id(clock - _FOUNDED), icon="c0ffee" if number % 2 == 0 else None)
    settlers = _Settlers(world, random, guild, since, clock)
    _settle(settlers, number, people)
    founded = clock - _FOUNDED + _DAY
    categories = [world.add_channel(guild, title, kind=CATEGORY, at=founded) for title in phrases.CATEGORIES]
    for place in range(channels):
        title = phrases.CHANNELS[place % len(phrases.CHANNELS)] + (
            f"-{place}" if place >= len(phrases.CHANNELS) else ""
        )
        channel = world.add_channel(guild, title, parent=categories[place % 3], at=founded, topic=title or None)
        _chat(settlers, channel, messages)
        if place == 0:
            _open_threads(settlers, channel)
    news = world.add_channel(guild, "announcements", kind=NEWS, parent=categories[0], at=founded)
    _announce(settlers, news)
    voice = world.add_channel(guild, "voice lounge", kind=VOICE, parent=categories[1], at=founded)
    _chat(settlers, voice, 3)
    world.add_channel(guild, "quiet corner", at=founded)
    _open_forum(settlers, world.add_channel(guild, "questions", kind=FORUM, parent=categories[2], at=founded))


def _settle(settlers: _Settlers, number: int, people: int) -> None:
    """Let people, a bot and a webhook move in; half of a later server's people are those of the first."""
    world, random, guild = settlers.world, settlers.random, settlers.guild
    early = settlers.until - _FOUNDED
    roles = [
        world.add_role(guild, "Gardeners", color="#2ECC71", position=2, role_id=world.next_id(early)),
        world.add_role(guild, "Everyday", color=None, position=1, role_id=world.next_id(early)),
    ]
    known = list(world.users)[: people // 2] if number else []
    for place in range(people - len(known)):
        name, shown = phrases.PEOPLE[(place + number * 7) % len(phrases.PEOPLE)]
        suffix = "" if place + number * 7 < len(phrases.PEOPLE) else str(place)
        old = f"{1000 + place}" if place % 5 == 4 else "0000"
        avatar = "aa11" if place % 3 == 0 else None
        key = world.next_id(early)
        known.append(world.add_user(name + suffix, user_id=key, global_name=shown, avatar=avatar, discriminator=old))
    for place, user in enumerate(known):
        shown = random.choice(phrases.NICKS).format(world.users[user]["name"]) or None
        world.add_member(guild, user, nick=shown, roles=[r for r in roles if random.random() < 0.5])
        if place == len(known) - 1 and place > 2:
            world.leave(guild, user, at=settlers.until - _DAY)
    settlers.people = known
    settlers.bot = world.add_user(f"dewbot{number or ''}", user_id=world.next_id(early), bot=True)
    settlers.webhook = world.add_user(f"hook{number}", user_id=world.next_id(early), bot=True)
    world.add_member(guild, settlers.bot)


def _chat(settlers: _Settlers, channel: int, count: int) -> None:
    """Fill a channel with talk, and let some of it be edited, deleted, pinned and reacted to."""
    world, random = settlers.world, settlers.random
    posted: list[int] = []
    for moment in settlers.moments(count):
        author = random.choice(settlers.people)
        text = random.choice(phrases.TEXTS)
        if random.random() < 0.15:
            text = f"<@{random.choice(settlers.people)}> {text}"
        reply = random.choice(posted[-8:]) if posted and random.random() < 0.25 else None
        message = world.post(channel, author, text, at=moment, reply_to=reply, **_extras(settlers, channel))
        posted.append(message)
        later = min(moment + random.randrange(1, 3_600) * TICKS + 1_234_560, settlers.until)
        _afterlife(settlers, message, later)
    if posted:
        _specialities(settlers, channel, posted)


def _extras(settlers: _Settlers, channel: int) -> dict:
    """Return an attachment, an embed, a sticker, or mostly nothing."""
    chance, key = settlers.random.random(), settlers.world.next_id(settlers.until)
    if chance < 0.08:
        url = f"https://cdn.discordapp.com/attachments/{channel}/{key}/photo.png?ex=1&is=2&hm=3&"
        return {"attachments": [{"id": key, "url": url, "name": "photo.png", "size": 20481}]}
    if chance < 0.13:
        image = {"url": "https://moss.example/a.png", "width": 64, "height": 36}
        return {
            "embeds": [{"title": "Moss care", "url": "https://moss.example", "images": [image], "color": "#00AAFF"}]
        }
    if chance < 0.16:
        return {"stickers": [{"id": 500000000000000001, "name": "wave", "format": 2}]}
    return {}


def _afterlife(settlers: _Settlers, message: int, later: int) -> None:
    world, random = settlers.world, settlers.random
    chance = random.random()
    if chance < 0.08:
        world.edit(message, random.choice(phrases.TEXTS) + " (edited)", at=later)
    elif chance < 0.12:
        world.delete(message, at=later)
    elif chance < 0.35:
        fans = random.sample(settlers.people, random.randint(1, min(4, len(settlers.people))))
        world.react(message, random.choice(phrases.EMOJI), fans, at=later)


def _specialities(settlers: _Settlers, channel: int, posted: list[int]) -> None:
    """Post one of each rarer kind: join, pin notice, slash command, webhook, forward."""
    world, random = settlers.world, settlers.random
    join, pin, slash, hook, forward = settlers.moments(5)
    world.post(channel, settlers.people[-1], at=join, kind=JOIN)
    pinned = posted[0]
    world.amend(pinned, at=pin, pinned=True)
    link = {"type": 0, "message": pinned, "channel": channel, "guild": settlers.guild}
    world.post(channel, settlers.people[0], at=pin, kind=PIN, reference=link)
    command = {"id": world.next_id(slash), "name": "water", "user": random.choice(settlers.people)}
    world.post(channel, settlers.bot, "Watered 3 plants.", at=slash, kind=SLASH_COMMAND, interaction=command)
    world.post(channel, settlers.webhook, "Build 17 is green", at=hook, author_name="Moss CI", author_avatar="ee55")
    world.post(
        channel,
        random.choice(settlers.people),
        at=forward,
        reference=link | {"type": 1},
        forwarded={"timestamp": "2026-01-03T10:00:00+00:00", "content": "Seed swap on Sunday"},
    )


def _open_threads(settlers: _Settlers, channel: int) -> None:
    """Open threads from messages: the starter's id is the thread's, the thread begins with a notice of it."""
    world = settlers.world
    for place, title in enumerate(phrases.THREADS):
        moment = settlers.moments(1)[0]
        starter = world.post(channel, settlers.people[place % 3], f"Let us talk: {title}", at=moment)
        kind = {"kind": PRIVATE_THREAD} if place == 3 else {}
        thread = world.add_thread(channel, title, thread_id=starter, archived=place % 2 == 1, at=moment, **kind)
        link = {"type": 0, "message": None, "channel": thread, "guild": settlers.guild}
        world.post(channel, settlers.people[0], title, at=moment + TICKS, kind=THREAD_CREATED, reference=link)
        back = {"type": 0, "message": starter, "channel": channel, "guild": settlers.guild}
        world.post(thread, settlers.people[0], at=moment + TICKS, kind=THREAD_STARTER, reference=back)
        for step in range(2, 6):
            author = settlers.random.choice(settlers.people)
            world.post(thread, author, settlers.random.choice(phrases.TEXTS), at=moment + step * 60 * TICKS)


def _open_forum(settlers: _Settlers, forum: int) -> None:
    world, random = settlers.world, settlers.random
    for title, moment in zip(phrases.FORUM_POSTS, settlers.moments(len(phrases.FORUM_POSTS)), strict=True):
        post = world.add_post(forum, random.choice(settlers.people), title, random.choice(phrases.TEXTS), at=moment)
        for step in range(1, random.randint(2, 5)):
            world.post(
                post, random.choice(settlers.people), random.choice(phrases.TEXTS), at=moment + step * 600 * TICKS
            )


def _announce(settlers: _Settlers, news: int) -> None:
    for moment in settlers.moments(4):
        settlers.world.post(news, settlers.people[0], settlers.random.choice(phrases.TEXTS), at=moment)


def _converse(world: World, random: Random, people: list[int], clock: int) -> None:
    """Let a few people talk directly, two of them and a group."""
    for kind, recipients in ((DIRECT, people[1:2]), (GROUP, people[1:4])):
        channel = world.add_channel(DIRECT_MESSAGES, "", kind=kind, at=clock - 20 * _DAY, recipients=recipients)
        for step in range(5):
            author = random.choice([people[0], *recipients])
            world.post(channel, author, random.choice(phrases.TEXTS), at=clock - (10 - step) * _DAY)
