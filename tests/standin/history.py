"""Which messages an export gets, in which pages, and what a token's rights leave of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from standin.failures import intent_error
from standin.instants import snowflake_ticks
from standin.kinds import CATEGORY, FORUM, MEDIA
from standin.server import Server
from standin.timeline import Facts, sent_at, state_at

PAGE = 100
_RATE_LIMIT_SECONDS = 3600.0


class History:
    """The messages of one channel between two bounds, as the server gives them out."""

    def __init__(self, server: Server, channel: Facts, after: int | None, before: int | None) -> None:
        self._server = server
        self._channel = channel
        self._after = after
        self._before = before
        self._stored: list[Facts] = server.world.channels[channel["id"]]["messages"]

    def fetch_range(self) -> list[Facts]:
        """
        Return the messages an export gets, oldest first.

        The newest message below *before* is asked for first; what follows pages up from *after* and stops at
        the first message sent later than that one, so the bound is a moment, not an id.
        """
        server, channel = self._server, self._channel
        bound = "" if self._before is None else f"&before={self._before}"
        path = f"channels/{channel['id']}/messages?limit=1{bound}"
        rights = server.request(path, "messages", channel["id"])
        if channel["type"] in {FORUM, MEDIA, CATEGORY}:
            raise server.refuse(400, path)
        if server.hidden(channel | {"parent": (channel["parent"] or {}).get("id")}, rights):
            raise server.refuse(403, path)
        if not rights.get("history", True) or server.faults.find("empty", channel=channel["id"]):
            return []
        newest = self._newest()
        if newest is None or (self._after is not None and sent_at(newest) < snowflake_ticks(self._after)):
            return []
        start = bisect_right(self._stored, self._after or 0, key=lambda message: message["id"])
        states = (state_at(message, server.now, dated_by_id=True) for message in self._stored[start:])
        limit = sent_at(newest)
        return [self._readable(m, rights) for m in states if m and sent_at(m) <= limit]

    def _newest(self) -> Facts | None:
        before = self._before
        end = len(self._stored) if before is None else bisect_left(self._stored, before, key=lambda m: m["id"])
        states = (state_at(m, self._server.now, dated_by_id=True) for m in reversed(self._stored[:end]))
        return next((message for message in states if message), None)

    def pages(self, messages: list[Facts]) -> Iterator[tuple[str, Facts]]:
        """Yield *messages*, each with the path of the request that brought it; wait and check per page."""
        server, channel, cursor = self._server, self._channel, self._after or 0
        for start in range(0, len(messages), PAGE):
            page = messages[start : start + PAGE]
            path = f"channels/{channel['id']}/messages?limit={PAGE}&after={cursor}"
            rights = server.request(path, "messages", channel["id"])
            slow = server.faults.find("rate-limited", channel=channel["id"])
            if slow:
                server.pauses.sleep(float(slow.get("seconds", _RATE_LIMIT_SECONDS)))
            self._check_intent(page, rights)
            for message in page:
                yield path, message
            cursor = page[-1]["id"]

    def _readable(self, message: Facts, rights: Facts) -> Facts:
        """Strip what a bot without the content intent is not given."""
        own = message["author"] == rights.get("user") or rights.get("user") in message["mentions"]
        if own or self._has_intent(rights):
            return message
        return message | {"content": "", "attachments": [], "embeds": [], "stickers": []}

    def _has_intent(self, rights: Facts) -> bool:
        if self._server.faults.find("no-content-intent"):
            return False
        return rights["kind"] == "user" or rights.get("content_intent", True)

    def _check_intent(self, page: list[Facts], rights: Facts) -> None:
        if self._has_intent(rights) or self._server.version < (2, 41, 2):
            return
        if not any(m["content"] or m.get("attachments") or m.get("embeds") or 0 < m["type"] < 19 for m in page):
            raise intent_error()
