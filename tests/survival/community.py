"""A small community that goes on, and exports of it: each shows a part of it as it was at one time."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from export_documents import CHANNEL, DELETED, document, in_layout, message, minified, reaction, snowflake, stamp, user

from discord_airflow.collectors.coverage import Proof

PEOPLE = (301, 302, 303)
CHANNELS = (CHANNEL, CHANNEL + 1)
EXPORTS_BEGIN = 100_000
"""In minutes after the first message; so no message is younger than an export."""


@dataclass(frozen=True, eq=False)
class Export:
    """A file, when it was observed, what it shows, and what it proves when it was watched."""

    path: Path | None
    """None: the window was watched and there was nothing to write into a file."""
    channel: int
    observed_at: datetime
    shown: tuple
    proof: Proof | None


@dataclass
class Post:
    """A message as it is now."""

    channel: int
    text: str
    author: int
    edited: int | None = None
    pinned: bool = False
    reactors: tuple = ()
    gone: bool = False


class Community:
    """Goes on at random; everything follows from *chance*."""

    def __init__(self, chance, folder):
        self.chance, self.folder = chance, folder
        self.time = 0
        self.posts = {}
        self.names = {person: (f"name{person}", None) for person in PEOPLE}
        self.accounts_gone = set()
        for _ in range(2):
            self.post()

    def go_on(self):
        """Let one thing happen."""
        self.time += 1
        alive = [number for number, post in self.posts.items() if not post.gone]
        what = self.chance.choice(["post", "edit", "edit", "edit", "delete", "react", "pin", "rename", "leave"])
        if what == "post" or not alive:
            self.post()
        elif what == "rename":
            person = self.chance.choice(PEOPLE)
            self.names[person] = (f"name{self.chance.randrange(4)}", self.chance.choice([None, "Nick", "Nock"]))
        elif what == "leave" and self.chance.random() < 0.2:
            self.accounts_gone.add(self.chance.choice(PEOPLE))
        else:
            self._alter(self.posts[self.chance.choice(alive)], what)

    def post(self):
        """Somebody writes something; minutes grow, and so do ids."""
        minute = len(self.posts)
        channel = self.chance.choice((CHANNELS[0],) * 3 + CHANNELS[1:])
        self.posts[minute] = Post(channel, self.chance.choice("ab"), self.chance.choice(PEOPLE))

    def _alter(self, post, what):
        if what == "edit":
            post.text, post.edited = self.chance.choice("ab"), 50_000 + self.time
        elif what == "delete":
            post.gone = True
        elif what == "pin":
            post.pinned = not post.pinned
        else:
            post.reactors = tuple(self.chance.sample(PEOPLE, self.chance.randrange(3)))

    def export(self):
        """Export a range of a channel; one that nobody watches may leave out anything."""
        self.time += 1
        channel = self.chance.choice((CHANNELS[0],) * 3 + CHANNELS[1:])
        first, last = sorted(self.chance.sample(range(-1, len(self.posts) + 1), 2))
        if self.chance.random() < 0.4:  # around a few messages only, perhaps all gone
            last = min(first + self.chance.randint(2, 4), len(self.posts))
        proof = Proof("complete", snowflake(first), snowflake(last)) if self.chance.random() < 0.6 else None
        inside = [
            number
            for number, post in self.posts.items()
            if first < number < last and post.channel == channel and not post.gone
        ]
        if proof is None:
            inside = [number for number in inside if self.chance.random() < 0.8]
        shown = tuple(self._shown(number) for number in inside)
        observed = EXPORTS_BEGIN + self.time
        observed_at = datetime.fromisoformat(stamp(observed))
        if not shown:
            watched = Proof("empty", snowflake(first), snowflake(last)) if proof else None
            return Export(None, channel, observed_at, (), watched)
        root = document(*shown, channel=channel, exported_at=stamp(observed))
        path = self.folder / f"{self.time}.json"
        path.write_bytes(self.chance.choice([in_layout, minified])(root))
        return Export(path, channel, observed_at, shown, proof)

    def _shown(self, number):
        post = self.posts[number]
        return message(
            number,
            post.text,
            author=DELETED if post.author in self.accounts_gone else self._block(post.author),
            timestampEdited=None if post.edited is None else stamp(post.edited),
            isPinned=post.pinned,
            reactions=[reaction(*map(self._block, post.reactors))] if post.reactors else [],
        )

    def _block(self, person):
        name, nickname = self.names[person]
        return user(person, name, nickname=nickname)
