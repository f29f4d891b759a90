"""What the writer of one channel's file knows: the channel, the options, and the people looked up so far."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from standin.emoji import CUSTOM
from standin.instants import TICKS, Instant, format_time, local_offset, ticks_of
from standin.kinds import VOICES
from standin.pictures import avatar
from standin.server import Server, display_name
from standin.timeline import Facts
from standin.versions import Version

_USER = re.compile(r"<@!?(\d+)>", re.ASCII)
_CHANNEL = re.compile(r"<#!?(\d+)>", re.ASCII)
_ROLE = re.compile(r"<@&(\d+)>", re.ASCII)
_TIMESTAMP = re.compile(r"<t:(-?\d+)(?::(\w))?>", re.ASCII)
_LAST_SECOND = 253_402_300_799  # of the year 9999


def _keep(url: str) -> str:
    return url


@dataclass
class Context:
    """One channel's export: where from, how to be written, and who is known."""

    server: Server
    version: Version
    guild: Facts
    channel: Facts
    after: int | None = None
    before: int | None = None
    utc: bool = False
    markdown: bool = True
    asset: Callable[[str], str] = _keep
    roles: list[Facts] = field(default_factory=list)
    _members: dict[int, Facts | None] = field(default_factory=dict)

    def look_up(self, users: Iterable[int]) -> None:
        """Fetch the memberships of people met in a message; each is asked for once in a file."""
        for user in users:
            if user not in self._members:
                self._members[user] = self.server.member(self.guild["id"], user)

    def moment(self, instant: Instant) -> str:
        """Return a message's time as this release writes it (up to 2.40.4 always in UTC)."""
        return format_time(ticks_of(instant), utc=self.utc or self.version < (2, 41, 0))

    def bound(self, ticks: int) -> str:
        """Return a bound of the dateRange (up to 2.40.4 in the machine's zone)."""
        return format_time(ticks, utc=self.utc and self.version >= (2, 41, 0))

    # --- people

    def nickname(self, user: Facts) -> str:
        """Return the name a person has here: of those looked up the server's, else their own."""
        member = self._members.get(user["id"])
        if member and member.get("nick"):
            return member["nick"]
        return display_name(user) if self.version >= (2, 40, 0) else user["name"]

    def roles_of(self, user: Facts) -> list[Facts]:
        """Return a person's roles, highest first; none of people who left or were not looked up."""
        member = self._members.get(user["id"])
        held = set(member["roles"]) if member else set()
        return sorted((r for r in self.roles if r["id"] in held), key=lambda role: -role["position"])

    def color_of(self, user: Facts) -> str | None:
        """Return the colour of the highest role that has one."""
        return next((role["color"] for role in self.roles_of(user) if role["color"]), None)

    def avatar_of(self, user: Facts) -> str:
        """Return a person's picture; server pictures since 2.39."""
        member = self._members.get(user["id"]) if self.version >= (2, 39, 0) else None
        return self.asset(avatar(user, member, self.guild["id"]))

    # --- text

    def text(self, raw: str) -> str:
        """Return a text as it is written: with the names of today, or raw with `--markdown false`."""
        if not self.markdown:
            return raw
        text = _USER.sub(self._user_name, raw)
        text = _CHANNEL.sub(self._channel_name, text)
        text = _ROLE.sub(self._role_name, text)
        text = CUSTOM.sub(lambda match: f":{match[2]}:", text)
        return _TIMESTAMP.sub(self._timestamp, text)

    def _user_name(self, match: re.Match[str]) -> str:
        user = int(match[1])
        if user not in self.server.world.users:
            return "@Unknown"
        self.look_up([user])
        return "@" + self.nickname(self.server.user(user))

    def _channel_name(self, match: re.Match[str]) -> str:
        channel = self.server.present_channel(int(match[1]))
        if channel is None:
            return "#deleted-channel"
        return f"#{channel['name']}{' [voice]' if channel['type'] in VOICES else ''}"

    def _role_name(self, match: re.Match[str]) -> str:
        role = next((role for role in self.roles if role["id"] == int(match[1])), None)
        return f"@{role['name']}" if role else "@deleted-role"

    def _timestamp(self, match: re.Match[str]) -> str:
        seconds = int(match[1])
        if abs(seconds) > _LAST_SECOND:
            return "Invalid date"
        offset = 0 if self.utc else local_offset(seconds)
        text = format_time((seconds + offset) * TICKS, utc=True)
        hour, minute = int(text[11:13]), text[14:16]
        clock = f"{hour % 12 or 12}:{minute} {'PM' if hour >= 12 else 'AM'}"
        return f"{int(text[5:7])}/{int(text[8:10])}/{text[:4]} {clock}"
