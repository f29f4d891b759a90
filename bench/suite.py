"""
All benchmarks, one after the other; each prints its table as soon as it is measured.

    python -m bench.suite                      about ten minutes (`make bench`)
    python -m bench.suite --full               an hour and more (`make bench-full`)
    python -m bench.suite --only reading weekly
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec

from bench import rivals
from bench.generator import Plan, write_exports
from bench.import_speed import import_section
from bench.scale import scale
from bench.sections import Section, as_text, keep
from bench.servers import Server, bench_server
from bench.surroundings import surroundings


@dataclass(frozen=True)
class Sizes:
    """How much is measured, how often."""

    messages: int
    channels: int
    rounds: int
    archives: tuple[int, ...]


SHORT = Sizes(messages=200_000, channels=20, rounds=3, archives=(200_000, 2_000_000))
FULL = Sizes(messages=1_000_000, channels=20, rounds=3, archives=(1_000_000, 20_000_000))


@dataclass
class Material:
    """A server, and the exports that several benchmarks share; they are made when first asked for."""

    server: Server
    sizes: Sizes
    archives: Path | None = None  # where those of "scale" are kept from run to run

    @cached_property
    def plan(self) -> Plan:
        return Plan(self.sizes.messages, guilds=5, channels=self.sizes.channels, users=self.sizes.messages // 50)

    @cached_property
    def files(self) -> list[Path]:
        return write_exports(self.server.folder / "exports", self.plan)

    @property
    def made_of(self) -> str:
        size = sum(path.stat().st_size for path in self.files) / 1e6
        return f"{self.sizes.messages:,} messages in {len(self.files)} files, {size:,.0f} MB of JSON"

    @property
    def repeated(self) -> str:
        return f"{self.made_of}; {self.sizes.rounds} rounds, medians"


def imports(material: Material) -> Iterator[Section]:
    plan = Plan(material.sizes.messages, users=material.sizes.messages // 50)
    yield import_section(material.server, plan, material.sizes.rounds)


def reading(material: Material) -> Iterator[Section]:
    yield rivals.reading(material.files, material.repeated, material.sizes.rounds)


def naive(material: Material) -> Iterator[Section]:
    yield rivals.naive(material.server, material.files, f"{material.made_of}; one process each, one round")


def weekly(material: Material) -> Iterator[Section]:
    yield rivals.weekly(material.server, material.files, material.plan, material.repeated, material.sizes.rounds)


def in_archives(material: Material) -> Iterator[Section]:
    sizes = material.sizes
    yield from scale(sizes.archives, sizes.rounds, sizes.archives[-1], material.archives)


BENCHMARKS: dict[str, Callable[[Material], Iterator[Section]]] = {
    "import": imports,
    "reading": reading,
    "naive": naive,
    "weekly": weekly,
    "scale": in_archives,
}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="the sizes of docs/benchmarks.md")
    parser.add_argument("--only", nargs="+", choices=tuple(BENCHMARKS), metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--archives", type=Path, metavar="DIR", help="keep the archives of `scale` here, and use them")
    options = parser.parse_args(argv)
    with bench_server() as server:
        material = Material(server, FULL if options.full else SHORT, options.archives)
        for name in options.only or BENCHMARKS:
            print(f"{name} ...", file=sys.stderr, flush=True)
            for section in BENCHMARKS[name](material):
                keep(msgspec.structs.replace(section, surroundings=surroundings()))
                print(as_text(section), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
