"""What Discord's API would answer for one token at one moment of the synthetic world."""

from __future__ import annotations

from collections.abc import Iterator

from standin.atlas import Atlas, token_digest
from standin.failures import DotNetError, http_error, network_error
from standin.faults import HTTP_FAULTS, Fault, Faults, end_process
from standin.instants import snowflake_ticks, ticks_of
from standin.kinds import CATEGORY, DIRECT_MESSAGES, FORUM, MEDIA, PRIVATE_THREAD, REPLY, THREADS, VOICES
from standin.pauses import Pauses
from standin.timeline import Facts, state_at
from standin.versions import Version

CONVERSATIONS: Facts = {"id": DIRECT_MESSAGES, "name": "Direct Messages", "icon": None}


def display_name(user: Facts) -> str:
    """Return the name people see outside of a server."""
    return user.get("global_name") or user["name"]


def path_name(channel: Facts) -> str:
    """Return `Category / Channel / Thread`."""
    parent = channel["parent"]
    return f"{path_name(parent)} / {channel['name']}" if parent else channel["name"]


class Server:
    """Answers requests, counts them, and refuses what the token may not see."""

    def __init__(self, world: Atlas, token: str, version: Version, *, now: int, faults: Faults, pauses: Pauses) -> None:
        self.world = world
        self.version = version
        self.now = now
        self.faults = faults
        self.pauses = pauses
        self.requests = 0
        self._token = token
        self._rights: Facts | None = None

    # --- requests

    def request(self, path: str, on: str, channel: int | None = None) -> Facts:
        """Make a request (the token's kind is found out first) and return what the token may do."""
        if self._rights is None:
            self._rights = self._find_rights()
        self.requests += 1
        self.pauses.check()
        self._meet(self.faults.meeting(channel, on), path)
        return self._rights

    def _find_rights(self) -> Facts:
        digest = token_digest(self._token)
        rights = next((token for token in self.world.tokens if token["sha256"] == digest), None)
        self.requests += 1 if rights and rights["kind"] == "user" else 2
        self._meet(self.faults.meeting(None, "token"), "users/@me")
        if rights is None or ("revoked_at" in rights and ticks_of(rights["revoked_at"]) <= self.now):
            raise http_error(401, "users/@me", self.version)
        return rights

    def _meet(self, fault: Fault | None, path: str) -> None:
        """Play the fault that meets a request."""
        if fault is None:
            return
        if fault["name"] == "hang":
            self.pauses.hang(deaf=bool(fault.get("deaf")))
        if fault["name"] == "killed":
            end_process(fault)
        raise self.refusal(fault, path)

    def refusal(self, fault: Fault, path: str) -> DotNetError:
        """Return what the request of a played fault raises."""
        if fault["name"] == "no-network":
            return network_error()
        return http_error(int(fault.get("status", HTTP_FAULTS[fault["name"]])), path, self.version, self._token)

    def refuse(self, status: int, path: str) -> DotNetError:
        """Return what a refused request raises."""
        return http_error(status, path, self.version, self._token)

    # --- servers and people

    def guilds(self) -> list[Facts]:
        """Return the servers of the token, by id."""
        rights = self.request("users/@me/guilds?limit=100&after=0", "guilds")
        known = (state_at(guild, self.now) for guild in self.world.guilds.values())
        return sorted((guild for guild in known if guild and _sees(rights, guild["id"])), key=lambda g: g["id"])

    def guild(self, guild_id: int) -> Facts:
        """Return a server, or the pseudo server of conversations."""
        if guild_id == DIRECT_MESSAGES:
            return CONVERSATIONS
        path = f"guilds/{guild_id}"
        rights = self.request(path, "guild")
        guild = self.world.guilds.get(guild_id)
        state = state_at(guild, self.now) if guild else None
        if state is None or not _sees(rights, guild_id):
            raise self.refuse(404, path)
        return state

    def roles(self, guild_id: int) -> list[Facts]:
        """Return a server's roles."""
        if guild_id == DIRECT_MESSAGES:
            return []
        self.request(f"guilds/{guild_id}/roles", "roles")
        states = (state_at(role, self.now) for role in self.world.guilds[guild_id]["roles"])
        return [role for role in states if role]

    def member(self, guild_id: int, user_id: int) -> Facts | None:
        """Return a membership, or None for people who left."""
        guild = self.world.guilds.get(guild_id)
        self.requests += 1
        found = next((m for m in guild["members"] if m["id"] == user_id), None) if guild else None
        return state_at(found, self.now) if found else None

    def user(self, user_id: int) -> Facts:
        """Return a person, a bot or a webhook."""
        user = self.world.users.get(user_id) or {"id": user_id, "name": "Deleted User", "discriminator": "0000"}
        return state_at(user, self.now) or user

    # --- channels

    def channels(self, guild_id: int) -> list[Facts]:
        """Return a server's channels with their categories as parents, in the server's own order."""
        path = f"guilds/{guild_id}/channels"
        rights = self.request(path, "channels")
        if not _sees(rights, guild_id) or guild_id not in self.world.guilds:
            raise self.refuse(404, path)
        found = [
            state
            for channel in self.world.channels.values()
            if channel["guild"] == guild_id and channel["type"] not in THREADS
            if not self.faults.find("missing-channel", channel=channel["id"])
            if (state := state_at(channel, self.now, dated_by_id=True))
        ]
        found.sort(key=lambda channel: (channel["position"], channel["id"]))
        categories = {
            c["id"]: self._outlined(c, None, rank) for rank, c in enumerate(found, 1) if c["type"] == CATEGORY
        }
        return [self._outlined(c, categories.get(c["parent"] or 0), rank) for rank, c in enumerate(found)]

    def channel(self, channel_id: int) -> Facts:
        """Return one channel with its parents; a parent the token may not see is left out."""
        path = f"channels/{channel_id}"
        rights = self.request(path, "channel", channel_id)
        found = self.world.channels.get(channel_id)
        state = state_at(found, self.now, dated_by_id=True) if found else None
        if state is None:
            raise self.refuse(404, path)
        if self.hidden(state, rights):
            raise self.refuse(403, path)
        try:
            parent = self.channel(state["parent"]) if state["parent"] else None
        except DotNetError as error:
            if error.fatal:
                raise
            parent = None
        return self._outlined(state, parent, state["position"])

    def people_of(self, message: Facts) -> list[int]:
        """Return whose memberships the exporter looks up for a message, the replied-to author included."""
        people = [message["author"], *message["mentions"]]
        if message.get("interaction"):
            people.append(message["interaction"]["user"])
        replied = (message.get("reference") or {}).get("message")
        if message["type"] == REPLY and replied and self.world.has_message(replied):
            people.append(self.world.message(replied)["author"])
        return people

    def present_channel(self, channel_id: int) -> Facts | None:
        """Return a channel by id for a mention in a text, without a request."""
        found = self.world.channels.get(channel_id)
        return state_at(found, self.now, dated_by_id=True) if found else None

    def conversations(self) -> list[Facts]:
        """Return the direct messages of a user token; a bot has none."""
        rights = self.request("users/@me/channels", "channels")
        if rights["kind"] == "bot":
            return []
        states = (state_at(c, self.now, dated_by_id=True) for c in self.world.channels.values())
        return [self._outlined(c, None, 0) for c in states if c and c["guild"] == DIRECT_MESSAGES]

    def _outlined(self, channel: Facts, parent: Facts | None, position: int) -> Facts:
        """Return a channel as the exporter holds it: parent, position and newest message id filled in."""
        name = channel["name"] or ", ".join(display_name(self.user(person)) for person in channel.get("recipients", []))
        newest = channel.get("last_message_id", self._newest_id(channel))
        return channel | {"parent": parent, "position": position, "last_message_id": newest, "name": name}

    def _newest_id(self, channel: Facts) -> int | None:
        """Return the id of the newest message ever posted, deleted ones included, as Discord does."""
        if channel["type"] in {FORUM, MEDIA}:
            threads = (c for c in self.world.channels.values() if c["parent"] == channel["id"])
            ids = [c["id"] for c in threads if state_at(c, self.now, dated_by_id=True)]
        else:
            ids = [m["id"] for m in channel["messages"] if snowflake_ticks(m["id"]) <= self.now]
        return max(ids, default=None)

    def hidden(self, channel: Facts, rights: Facts) -> bool:
        """Say whether the token may not see a channel (its `parent` is an id here)."""
        barred = rights.get("forbidden", ())
        if channel["id"] in barred or channel["parent"] in barred:
            return True
        if channel["type"] == PRIVATE_THREAD and not rights.get("private_threads", True):
            return True
        if channel["guild"] == DIRECT_MESSAGES:
            return rights["kind"] == "bot"
        return not _sees(rights, channel["guild"])

    def threads(
        self, guild_id: int, *, archived: bool, after: int | None = None, before: int | None = None
    ) -> list[Facts]:
        """Return a server's threads; what cannot be searched or seen is left out without a word."""
        parents = [c for c in self.channels(guild_id) if c["type"] != CATEGORY and c["type"] not in VOICES]
        parents = [c for c in parents if c["last_message_id"] and (before is None or before > c["id"])]
        rights = self.request(f"guilds/{guild_id}/threads/active", "threads")
        found: list[Facts] = []
        for shelf in (False, True)[: 2 if archived else 1]:
            for parent in parents:
                if not self.faults.find("missing-threads", channel=parent["id"]):
                    found += self._threads_of(parent, rights, shelf=shelf, after=after)
        return found

    def _threads_of(self, parent: Facts, rights: Facts, *, shelf: bool, after: int | None) -> Iterator[Facts]:
        children = (c for c in self.world.channels.values() if c["parent"] == parent["id"])
        states = [s for c in children if (s := state_at(c, self.now, dated_by_id=True)) and s["type"] in THREADS]
        listed = [self._outlined(c, parent, 0) for c in states if bool(c.get("archived")) is shelf]
        for thread in sorted(listed, key=lambda c: c["last_message_id"] or 0, reverse=True):
            stale = after is not None and (thread["last_message_id"] or 0) <= after
            if rights["kind"] == "user" and stale:
                return
            if self.hidden(thread | {"parent": parent["id"]}, rights):
                continue
            if not self.faults.find("missing-channel", channel=thread["id"]):
                yield thread


def _sees(rights: Facts, guild_id: int) -> bool:
    return rights.get("guilds") is None or guild_id in rights["guilds"]
