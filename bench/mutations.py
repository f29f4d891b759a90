"""
How much of what can go wrong in a digest does the check catch?

    python -m bench.mutations --mutants 10000 --digests 1000

Digests are made from invented chats, by code, by an honest model and by one that obeys its attackers; then verified
statements are damaged by every operator, and the share that is no longer verified is printed. The same seed gives the
same mutants.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bench.mutation_operators import REPORTED, STRUCTURAL, WORDING, Scene
from discord_airflow.analysis.evidence import Evidence
from discord_airflow.analysis.processor import DigestOptions, make_digest
from discord_airflow.analysis.statements import Digest, Statement
from discord_airflow.analysis.verify import check_statement
from discord_airflow.queries.source_rows import SourceMessage
from discord_airflow.window import Window
from tests.fakes.chat import GUILD, START, message
from tests.fakes.injections import ATTACKS
from tests.fakes.ollama.answers import honest, obedient
from tests.fakes.ollama.models import FakeModel

WINDOW = Window(START - timedelta(days=1), START + timedelta(days=12), "Europe/Helsinki")
PEOPLE = (
    "Maija",
    "Otto",
    "Ville",
    "Aino",
    "Pekka Virtanen",
    "René",
    "Ольга",
    "田中",
    "Sólrún",
    "Mbali",
    "Jürgen",
    "Iñaki",
)
THINGS = (
    *(
        "pump",
        "ladder",
        "greenhouse",
        "printer",
        "ferry",
        "lens",
        "kettle",
        "accordion",
        "sensor",
        "database",
        "trellis",
    ),
    *("насос", "лестница", "kasvihuone", "tulostin", "Drucker", "invernadero", "温室", "プリンター"),
)
OPENINGS = (
    (
        "How do I keep the {a} from touching the {b}?",
        "Put a board between the {a} and the {b}, that works.",
        "Thanks, that worked!",
    ),
    ("Does anybody know where the {a} went?", None, None),
    ("We decided to move the {a} next to the {b}. The keys stay in the drawer.", "Sounds good to me", "agreed"),
    ("I will bring the {a} tomorrow, and two spare parts for the {b}.", "yes please", None),
    ("The {a} is definitely older than the {b}, everyone knows that.", "That is not true, the {b} came first.", None),
    ("The {a} should never stand outside in winter.", "I disagree, the {a} has stood outside for years.", None),
    ("We should not sell the {a} before the {b} is fixed.", "ok", None),
    ("The new {a} is open for everybody who likes the {b}!", None, None),
    ("A long read about the {a}: https://atlas.example/{n}?page={m} worth the evening.", None, None),
    ("Päätimme siirtää asian {a} ensi viikkoon, koska {b} on vielä rikki.", "joo, sopii", None),
    ("Wir haben beschlossen, {a} und {b} zusammen zu bestellen.", "einverstanden", None),
    ("Почему {a} гудит по ночам, если {b} выключен?", "Проверь фильтр, у меня {a} тоже гудел.", "Спасибо, помогло!"),
    ("¿Alguien sabe cómo limpiar {a} sin mojar {b}?", "Con un paño seco, nunca con agua.", "¡Gracias!"),
    ("{a}の電池はどのくらい持ちますか？", "だいたい二年くらいです。", "ありがとうございます！"),
)


def chat(seed: int, count: int = 60) -> list[SourceMessage]:
    """Return an invented chat of *count* openings with their answers, in several languages and rooms."""
    dice = random.Random(seed)
    rows: list[SourceMessage] = []
    minute = 0.0
    for _ in range(count):
        minute += dice.expovariate(1 / 120)
        opening, answer, last = dice.choice(OPENINGS)
        values = {"a": dice.choice(THINGS), "b": dice.choice(THINGS), "n": dice.randrange(99), "m": dice.randrange(9)}
        channel = dice.choice(("general", "help", "garden", "announcements", "links"))
        asker, helper = dice.sample(PEOPLE, 2)
        first = _say(
            rows, asker, opening.format(**values), minute, channel, None, dice.choice((0, 0, 1, 2, 3, 5, 12, 21))
        )
        second = _say(rows, helper, answer.format(**values), minute + 2, channel, first) if answer else None
        if last and second:
            _say(rows, asker, last, minute + 5, channel, second)
        if dice.random() < 0.15:
            for step in range(dice.randrange(6, 14)):
                text = f"The {values['a']} and the {values['b']} again, part {step}, with no end to it"
                _say(rows, dice.choice(PEOPLE), text, minute + 6 + step, channel, None)
    return rows


def _say(
    rows: list[SourceMessage],
    who: str,
    text: str,
    minute: float,
    channel: str,
    reply: SourceMessage | None,
    liked: int = 0,
) -> SourceMessage:
    row = message(who, text, minute=minute, channel=channel, reply=reply, reactions=liked)
    rows.append(replace(row, id=row.id // 4096 * 4096 + len(rows) % 4096))
    return rows[-1]


def digest_of(seed: int) -> tuple[Digest, list[SourceMessage]]:
    """Return the digest of chat number *seed*: by code, by an honest model, or by one that obeys attackers there."""
    rows = chat(seed)
    model = (None, FakeModel(honest), FakeModel(obedient))[seed % 3]
    if seed % 3 == 2:
        dice = random.Random(seed)
        for number in range(15):
            text = dice.choice(ATTACKS)
            _say(rows, f"Guest {number}", text, dice.uniform(0, 5000), dice.choice(("general", "help")), None, number)
    rows.sort(key=lambda row: (row.sent_at, row.id))
    return make_digest(rows, DigestOptions(GUILD, WINDOW, per_section=6), model, sleep=lambda _: None), rows


def mutants(seed: int, wanted: int) -> Iterator[tuple[str, Statement, Evidence]]:
    """Yield *wanted* damaged statements with the operator's name, every operator as often as it applies in turn."""
    operators = [*STRUCTURAL.items(), *WORDING.items(), *REPORTED.items()]
    made, number = 0, seed * 100_000
    while made < wanted:
        digest, rows = digest_of(number)
        number += 1
        dice = random.Random(number)
        evidence, scene = _scene(rows, dice)
        good = [s for s in digest.statements if check_statement(s, evidence).is_good]
        for name, damage in operators:
            for statement in dice.sample(good, min(2, len(good))) if "label" not in name else good:
                bad = damage(statement, scene)
                if bad is not None and bad != statement:
                    yield name, bad, evidence
                    made += 1


def _scene(rows: list[SourceMessage], dice: random.Random) -> tuple[Evidence, Scene]:
    gone = tuple(replace(row, id=row.id + 1) for row in dice.sample(rows, 5))
    evidence = Evidence(rows, WINDOW)
    return evidence, Scene(evidence, tuple(rows), gone, dice)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0] if __doc__ else None)
    parser.add_argument("--mutants", type=int, default=10_000)
    parser.add_argument("--digests", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    made, caught, survivors = measure(options.seed, options.mutants)
    _print_table(made, caught, survivors)
    return 0 if adversarial(options.digests) else 1


def measure(seed: int, wanted: int) -> tuple[Counter[str], Counter[str], list[tuple[str, Statement]]]:
    """Return how many mutants each operator made, how many were caught, and the structural ones that were not."""
    made: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    survivors: list[tuple[str, Statement]] = []
    for name, statement, evidence in mutants(seed, wanted):
        made[name] += 1
        if check_statement(statement, evidence).is_good:
            survivors.append((name, statement))
        else:
            caught[name] += 1
    return made, caught, survivors


def share(names: dict[str, object], made: Counter[str], caught: Counter[str]) -> float:
    """Return the share caught of all mutants of the operators *names*."""
    total = sum(made[name] for name in names)
    return sum(caught[name] for name in names) / total if total else 1.0


def _print_table(made: Counter[str], caught: Counter[str], survivors: list[tuple[str, Statement]]) -> None:
    for title, group in (("structural", STRUCTURAL), ("wording, gated", WORDING), ("wording, reported", REPORTED)):
        print(f"\n{title}: {100 * share({**group}, made, caught):.2f} % caught")
        for name in group:
            if made[name]:
                print(f"  {name:45} {caught[name]:6} of {made[name]:6}  {100 * caught[name] / made[name]:6.1f} %")
    gated = [caught[name] / made[name] for name in (*STRUCTURAL, *WORDING) if made[name]]
    print(f"\nall gated operators, equal weight: {100 * sum(gated) / len(gated):.2f} %; {made.total():,} mutants")
    for name, statement in [one for one in survivors if one[0] not in REPORTED][:20]:
        print(f"  survived {name}: {statement.text}")


def adversarial(wanted: int) -> bool:
    """Print citation recall and precision over *wanted* digests; True when both are complete."""
    began = time.perf_counter()
    statements = cited = sources = resolved = flagged = 0
    for seed in range(wanted):
        digest, rows = digest_of(seed * 3 + 2)
        known = {f"https://discord.com/channels/{r.guild_id}/{r.channel_id}/{r.id}" for r in rows}
        evidence = Evidence(rows, WINDOW)
        for statement in digest.statements:
            links = [part.url for part in statement.segments if part.kind == "source"]
            statements += 1
            cited += bool(links)
            sources += len(links)
            good = check_statement(statement, evidence).state in ("verified", "flagged")
            resolved += sum(link in known and good for link in links)
            flagged += statement.state == "flagged"
    print(
        f"\n{wanted:,} digests of a model that obeys attackers: {statements:,} statements, citation recall "
        f"{cited:,}/{statements:,}, precision {resolved:,}/{sources:,}, {flagged:,} flagged"
        f" ({time.perf_counter() - began:.0f} s)"
    )
    return cited == statements and resolved == sources


if __name__ == "__main__":
    sys.exit(main())
