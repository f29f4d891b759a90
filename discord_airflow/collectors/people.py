"""User and emoji blocks: the same few return in nearly every message, so each distinct text is read once."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw

from discord_airflow.collectors.copy_text import NULL, digest_of, escaped, escaped_json, nullable
from discord_airflow.collectors.export_format import Emoji, Role, User, author_kind_of
from discord_airflow.collectors.plain_json import compact_json, encode_json, parse_json
from discord_airflow.collectors.tables import PEOPLE_TABLES
from discord_airflow.collectors.values import BadValueError, parse_id, whole_number

NICKNAME, COLOR, ROLES, AVATAR, DISCRIMINATOR, NUMERIC = 1, 2, 4, 8, 16, 32
"""Bits of profiles.keys: the optional keys that a block had; the last one: its discriminator was a number."""

_MOST_USERS = 35_000
_MOST_EMOJIS = 10_000
_SEEN_LIMIT = 60_000
_REMEMBERED_BYTES = 12 << 20

_decode_user = msgspec.json.Decoder(User).decode
_decode_emoji = msgspec.json.Decoder(Emoji).decode


class KnownUser(NamedTuple):
    """A user block as other rows point to it."""

    columns: str  # id and profile digest, as two fields
    author_kind: int


class Profile(NamedTuple):
    """What a user block becomes in a guild: its row, and those of its roles."""

    known: KnownUser
    line: bytes
    roles: tuple[bytes, ...]


class ProfileMemory:
    """
    What the user blocks of a guild became, for the files that come after.

    Most people of a channel are those of the channel before. Only so many bytes of rows are remembered, those of the
    first ones; the guild that is asked for next makes them forgotten.
    """

    def __init__(self) -> None:
        self._guild_id: int | None = None
        self._profiles: dict[int, Profile] = {}
        self._free = _REMEMBERED_BYTES

    def of_guild(self, guild_id: int) -> dict[int, Profile]:
        """Return the profiles, by the hash of their block's text."""
        if self._guild_id != guild_id:
            self._guild_id, self._profiles, self._free = guild_id, {}, _REMEMBERED_BYTES
        return self._profiles

    def keep(self, key: int, profile: Profile) -> None:
        """Remember a profile of that guild, if there is room."""
        if len(profile.line) <= self._free:
            self._free -= len(profile.line)
            self._profiles[key] = profile


class PeopleLines:
    """The rows of distinct profiles, roles and emoji since the last flush."""

    def __init__(self) -> None:
        self.profiles: list[bytes] = []
        self.roles: list[bytes] = []
        self.emojis: list[bytes] = []

    def tables(self) -> Iterator[tuple[str, tuple[str, ...], list[bytes]]]:
        """Yield each staging table with its columns and lines."""
        for (table, columns), lines in zip(
            PEOPLE_TABLES.items(), (self.profiles, self.roles, self.emojis), strict=True
        ):
            yield table, columns, lines


class People:
    """The users and emoji of one file; `lines` holds the rows that were not sent yet."""

    def __init__(self, guild_id: int, memory: ProfileMemory | None = None) -> None:
        self.guild_id = guild_id
        self.lines = PeopleLines()
        self._memory = memory or ProfileMemory()
        self._remembered = self._memory.of_guild(guild_id)
        # Looked up by a hash of the text, 64 bits with a key that each process draws anew: the texts of a large
        # community would fill the memory. Two generations: when the young one is full it becomes the old one, and what
        # is still in use comes back.
        self._users: dict[int, KnownUser] = {}
        self._older_users: dict[int, KnownUser] = {}
        self._emojis: dict[bytes, int] = {}
        self._seen: set[object] = set()

    def user(self, raw: Raw | bytes) -> KnownUser:
        """Return what rows say about the user block *raw*; raise BadValueError when it has no usable id."""
        text = bytes(raw)
        return self._users.get(hash(text)) or self._learn_user(text)

    def emoji(self, raw: Raw) -> int:
        """Return the digest of the emoji block *raw*."""
        text = bytes(raw)
        known = self._emojis.get(text)
        return self._learn_emoji(text) if known is None else known

    def _learn_user(self, text: bytes) -> KnownUser:
        key = hash(text)
        known = self._older_users.get(key)
        if known is None:
            profile = self._remembered.get(key)
            if profile is None:
                profile = self._read_user(text)
                self._memory.keep(key, profile)
            known = self._send(profile)
        if len(self._users) >= _MOST_USERS:
            self._older_users, self._users = self._users, {}
        self._users[key] = known
        return known

    def _send(self, profile: Profile) -> KnownUser:
        if self._is_first(profile.known.columns):
            self.lines.profiles.append(profile.line)
            self.lines.roles += filter(self._is_first, profile.roles)
        return profile.known

    def _read_user(self, text: bytes) -> Profile:
        try:
            user, residue = _decode_user(text), NULL
            user_id = parse_id(user.id)
            role_ids = [parse_id(role.id, "roles.id") for role in user.roles or ()]
        except (msgspec.ValidationError, UnicodeDecodeError, BadValueError):
            block = _block(text)
            user, residue = _lenient_user(block), escaped_json(compact_json(block))
            user_id = parse_id(user.id)
            role_ids = [int(role.id) for role in user.roles or ()]
        return self._profile(user, user_id, role_ids, residue)

    def _profile(self, user: User, user_id: int, role_ids: list[int], residue: str) -> Profile:
        has_roles = user.roles is not msgspec.UNSET
        discriminator = user.discriminator
        fields = (
            escaped(user.name),
            str(discriminator) if isinstance(discriminator, int) else nullable(discriminator),
            nullable(user.nickname),
            nullable(user.color),
            nullable(user.avatarUrl),
            "t" if user.isBot else "f",
            str(_keys_of(user)),
            escaped_json(encode_json(user.roles)) if has_roles else NULL,
            residue,
        )
        line = f"{user_id}\t{self.guild_id}\t" + "\t".join(fields)
        digest = digest_of(line.encode())
        kind = author_kind_of(user_id, user.name, is_bot=user.isBot)
        ids = "{" + ",".join(map(str, role_ids)) + "}" if has_roles else NULL
        return Profile(
            KnownUser(f"{user_id}\t{digest}", kind),
            f"{line}\t{digest}\t{kind}\t{ids}".encode(),
            tuple(
                f"{role.id}\t{escaped(role.name)}\t{nullable(role.color)}\t{role.position}".encode()
                for role in user.roles or ()
            ),
        )

    def _learn_emoji(self, text: bytes) -> int:
        try:
            emoji, residue = _decode_emoji(text), NULL
            emoji_id = str(parse_id(emoji.id)) if emoji.id else NULL
        except (msgspec.ValidationError, UnicodeDecodeError, BadValueError):
            block = _block(text)
            emoji, residue = _lenient_emoji(block), escaped_json(compact_json(block))
            emoji_id = emoji.id or NULL
        fields = (
            emoji_id,
            escaped(emoji.name),
            nullable(emoji.code),
            "t" if emoji.isAnimated else "f",
            nullable(emoji.imageUrl),
            "t" if emoji.id is None else "f",
            residue,
        )
        line = "\t".join(fields)
        digest = digest_of(line.encode())
        if self._is_first((digest,)):
            self.lines.emojis.append(f"{digest}\t{line}".encode())
        if len(self._emojis) >= _MOST_EMOJIS:
            self._emojis.clear()
        self._emojis[text] = digest
        return digest

    def _is_first(self, mark: object) -> bool:
        # Sending a row twice does no harm; remembering all of them could outgrow the memory.
        if mark in self._seen:
            return False
        if len(self._seen) >= _SEEN_LIMIT:
            self._seen.clear()
        self._seen.add(mark)
        return True


def _keys_of(user: User) -> int:
    keys = 0
    for bit, value in (
        (NICKNAME, user.nickname),
        (COLOR, user.color),
        (ROLES, user.roles),
        (AVATAR, user.avatarUrl),
        (DISCRIMINATOR, user.discriminator),
    ):
        keys |= bit if value is not msgspec.UNSET else 0
    return keys | (NUMERIC if isinstance(user.discriminator, int) else 0)


def _block(text: bytes) -> dict[str, Any]:
    block, replaced = parse_json(text)
    if replaced:
        raise BadValueError("", "unclean", "it holds characters that cannot be stored")
    if not isinstance(block, dict):
        raise BadValueError("", "not-an-object", f"a {type(block).__name__} stands where an object belongs")
    return block


# What has another shape, or keys that nobody knows, is taken as far as it goes. `residue` keeps all of it.


def _lenient_user(block: dict[str, Any]) -> User:
    roles = block.get("roles", msgspec.UNSET)
    return User(
        id=_id_text(block),
        name=_text(block, "name") or "",
        isBot=block.get("isBot") is True,
        discriminator=_text(block, "discriminator") or msgspec.UNSET,
        nickname=_text(block, "nickname"),
        color=_text(block, "color"),
        roles=_lenient_roles(roles) if isinstance(roles, list) else msgspec.UNSET,
        avatarUrl=_text(block, "avatarUrl"),
    )


def _lenient_roles(roles: list[Any]) -> list[Role]:
    known = []
    for role in roles:
        try:
            identity = str(parse_id(_id_text(role)))
        except BadValueError:
            continue
        position = whole_number(role.get("position"), bits=32) or 0
        known.append(Role(id=identity, name=_text(role, "name") or "", color=_text(role, "color"), position=position))
    return known


def _lenient_emoji(block: dict[str, Any]) -> Emoji:
    try:
        identity = str(parse_id(_id_text(block)))
    except BadValueError:
        identity = "" if block.get("id") == "" else None
    return Emoji(
        id=identity,
        name=_text(block, "name") or "",
        isAnimated=block.get("isAnimated") is True,
        imageUrl=_text(block, "imageUrl"),
        code=_text(block, "code") or msgspec.UNSET,
    )


def _id_text(block: Any) -> str:
    identity = block.get("id") if isinstance(block, dict) else None
    return str(identity) if isinstance(identity, str | int) and not isinstance(identity, bool) else ""


def _text(block: dict[str, Any], key: str) -> str | None:
    value = block.get(key)
    return value if isinstance(value, str) else None
