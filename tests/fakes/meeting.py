"""A small invented week with everything a digest looks for, in several languages."""

from datetime import UTC, datetime

from discord_airflow.analysis.evidence import Evidence
from discord_airflow.window import Window
from tests.fakes.chat import message

WINDOW = Window(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC), "Europe/Helsinki")


def week():
    """The messages, each written for one section of the digest."""
    rows = []

    def say(author, text, minute, **more):
        rows.append(message(author, text, minute=minute, **more))
        return rows[-1]

    decided = say("Otto", "We decided to move the open evening to Thursday. The keys stay with Aino.", 0, reactions=4)
    say("Maija", "Sounds good to me", 2, reply=decided)
    say("Ville", "joo, sopii", 3, reply=decided)
    asked = say("Maija", "How do I keep two pumps from starting at once?", 60, channel="help")
    answer = say(
        "Otto", "Put a relay between them, and start the second one ten seconds later.", 62, channel="help", reply=asked
    )
    say("Maija", "Thanks, that worked!", 70, channel="help", reply=answer)
    say("Aino", "Does anybody know where the long ladder went?", 300, channel="help")
    claim = say("Ville", "The tunnel to Tallinn is definitely being dug, four kilometres are done.", 600)
    say("Maija", "That is not true, there are only studies.", 603, reply=claim)
    say("Pekka Virtanen", "Where did you read that?", 604, reply=claim)
    side = say("Otto", "The workshop should open at noon on Sundays.", 900)
    say("Aino", "I disagree, the families come in the morning.", 905, reply=side)
    say("Aino", "I will bring the soldering irons tomorrow, all five of them.", 1000, reactions=1)
    say(
        "Aino",
        "Spring cleaning takes place on Saturday at ten, coffee is ready.",
        1100,
        channel="announcements",
        reactions=6,
    )
    say(
        "René",
        "Good read about beetles: https://beetles.example/atlas?page=3 with maps.",
        1200,
        channel="links",
        reactions=2,
    )
    say("Ольга", "Почему насос гудит по ночам?", 1300, channel="help")
    japanese = say("田中", "センサーの電池はどのくらい持ちますか？", 1400, channel="international")
    say("Ольга", "Two winters with the lithium ones.", 1402, channel="international", reply=japanese)
    say("Sólrún", "We got the grant for the greenhouse!", 1500, reactions=12)
    for number, author in enumerate(("Maija", "Otto", "Ville", "Aino", "Maija", "Otto", "Ville")):
        say(
            author,
            f"The filter of pump {number} needs moss removed before the filter dries",
            2000 + number,
            channel="garden",
        )
    say("Robot", "Backup finished.", 2100, author_kind=1)
    return rows


def evidence(rows=None, **more):
    """The week as evidence."""
    return Evidence(week() if rows is None else rows, WINDOW, **more)
