"""The people, bots and roles of the sample. All of them are invented."""

from __future__ import annotations

from dataclasses import dataclass, field

from clock import id_made_on

RIGHT_TO_LEFT_OVERRIDE = "\u202e"

HARBOUR = "harbour-makers"
TIDEWATCH = "tidewatch"


@dataclass(frozen=True)
class Role:
    """A role of one server; *colour* is what it paints its members with."""

    name: str
    position: int
    colour: str | None = None

    @property
    def id(self) -> str:
        return id_made_on("2023-03-01", f"role {self.name}")


@dataclass(frozen=True)
class Member:
    """What one server knows about an account: its nickname there (None: the display name) and its roles."""

    nickname: str | None = None
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True)
class Person:
    """An account. *key* is its name in the dialogue files."""

    key: str
    name: str
    display_name: str
    made_on: str
    members: dict[str, Member] = field(default_factory=dict)
    is_bot: bool = False
    fixed_id: str | None = None
    discriminator: str = "0000"
    has_picture: bool = False

    @property
    def id(self) -> str:
        return self.fixed_id or id_made_on(self.made_on, f"person {self.key}")

    def nickname_in(self, server: str) -> str:
        member = self.members.get(server)
        return (member.nickname if member else None) or self.display_name

    def roles_in(self, server: str) -> tuple[Role, ...]:
        member = self.members.get(server)
        return tuple(sorted(member.roles, key=lambda role: -role.position)) if member else ()

    def colour_in(self, server: str) -> str | None:
        return next((role.colour for role in self.roles_in(server) if role.colour), None)


CREW = Role("Crew", 6, "#E67E22")
FIXER = Role("Fixer", 4, "#1ABC9C")
NEIGHBOUR = Role("Tallinn", 2)
HARBOUR_BOT = Role("Harbourmaster", 8)
MAINTAINER = Role("Maintainer", 7, "#3498DB")
KEEPER = Role("Keeper", 3, "#2E86C1")
TRANSLATOR = Role("Translator", 2, "#9B59B6")
TIDE_BOT = Role("TideBot", 9)

ROLES = {
    HARBOUR: (CREW, FIXER, NEIGHBOUR, HARBOUR_BOT),
    TIDEWATCH: (MAINTAINER, KEEPER, TRANSLATOR, TIDE_BOT),
}


def _harbour(*roles: Role, nickname: str | None = None) -> dict[str, Member]:
    return {HARBOUR: Member(nickname, roles)}


def _tidewatch(*roles: Role, nickname: str | None = None) -> dict[str, Member]:
    return {TIDEWATCH: Member(nickname, roles)}


_PEOPLE = (
    # Harbour Makers
    Person("aino", "aino.quay", "Aino", "2018-02-11", _harbour(CREW), has_picture=True),
    Person("saga", "saga_spokes", "Saga", "2019-05-30", _harbour(CREW, FIXER), has_picture=True),
    Person("veikko", "veikko47", "Veikko", "2021-11-02", _harbour(FIXER)),
    Person("farah", "farah.brews", "Farah", "2020-08-19", _harbour(FIXER), has_picture=True),
    Person("sofia", "sofia_seams", "Sofia", "2019-10-07", _harbour(FIXER)),
    Person("juho", "juho.keel", "Juho", "2017-06-24", _harbour()),
    Person("rasmus", "rasmus_h", "Rasmus", "2020-01-15", _harbour()),
    Person("jelena", "jelena.m", "Jelena", "2018-12-03", _harbour(NEIGHBOUR), has_picture=True),
    Person("kati", "kati_k", "Kati", "2022-04-09", _harbour()),
    Person("omar", "omar.lamp", "Omar", "2021-03-21", _harbour()),
    Person("linh", "linh_tags", "Linh", "2022-09-14", _harbour(), has_picture=True),
    Person("hugo", "hugo.bellows", "Hugo", "2019-07-18", _harbour(FIXER)),
    Person("nils", "nils_belt", "Nils", "2020-11-27", _harbour()),
    Person("elsa", "elsa.e", "Elsa", "2021-06-05", _harbour()),
    Person("marta", "marta_drill", "Marta", "2023-01-12", _harbour()),
    Person("viola", "viola.lathe", "Viola", "2018-08-28", _harbour(FIXER)),
    Person("sam", "sam_33rpm", "Sam", "2020-02-02", _harbour()),
    Person("petri", "petri.tram", "Petri", "2026-11-15", _harbour()),
    Person("tuuli2", "tuulikki_s", "Tuulikki", "2022-10-30", _harbour(nickname="The other Tuuli")),
    Person("bo", "bo.kettle", "Bo", "2023-07-07", _harbour()),
    Person("greta", "greta_green", "Greta", "2024-05-16", _harbour()),
    Person("antti", "antti_sails", "Antti", "2019-03-08", _harbour()),
    Person("rosa", "rosa.volt", "Rosa", "2018-10-21", _harbour(FIXER)),
    Person("roope", "roope_r", "Roope", "2025-01-20", _harbour()),
    # His nickname tests whatever shows it: markup, a ping, a table's pipe and a text direction override.
    Person(
        "sven",
        "sven_breaks_things",
        f"<b>Sven</b> | @everyone {RIGHT_TO_LEFT_OVERRIDE}gnp.exe",
        "2021-04-01",
        _harbour(),
    ),
    # Tidewatch
    Person("ingrid", "ingrid.tw", "Ingrid", "2017-09-09", _tidewatch(MAINTAINER, KEEPER), has_picture=True),
    Person("kofi", "kofi_d", "Kofi", "2018-03-14", _tidewatch(MAINTAINER), has_picture=True),
    Person("wren", "wren.writes", "Wren", "2019-01-25", _tidewatch(MAINTAINER), has_picture=True),
    Person("emil", "emil_visby", "Emil", "2019-06-16", _tidewatch(KEEPER)),
    Person("bruno", "bruno.mar", "Bruno", "2020-04-22", _tidewatch(KEEPER), has_picture=True),
    Person("noor", "noor.sea", "نور", "2020-09-01", _tidewatch(KEEPER, TRANSLATOR)),
    Person("yuna", "yuna_0", "ユナ", "2021-02-18", _tidewatch(KEEPER, TRANSLATOR), has_picture=True),
    Person("dmitri", "dmitri_k", "Дмитрий", "2018-11-11", _tidewatch(MAINTAINER)),
    Person("hana", "hana.b", "하나", "2022-01-08", _tidewatch(KEEPER)),
    Person("lin", "lin_xy", "林小雨", "2022-06-27", _tidewatch(KEEPER)),
    Person("rafael", "rafael_v", "Rafael", "2023-08-02", _tidewatch(KEEPER)),
    Person("pia", "pia.p", "Pia", "2024-02-29", _tidewatch(KEEPER)),
    Person("imke", "imke_watt", "Imke", "2022-12-12", _tidewatch()),
    Person("tom", "tom_65north", "Tom", "2023-10-10", _tidewatch()),
    Person("viktor", "viktor.pier", "Viktor", "2024-07-01", _tidewatch(KEEPER)),
    Person("gael", "gael_pier", "Gaël", "2020-07-14", _tidewatch(KEEPER)),
    Person("sisko", "sisko_k", "Sisko", "2021-12-06", _tidewatch(KEEPER)),
    Person("nadia", "nadia.o", "Nadia", "2024-09-19", _tidewatch()),
    # In both
    Person(
        "otto",
        "otto_k",
        "Otto",
        "2016-12-30",
        {HARBOUR: Member(None, (CREW, FIXER)), TIDEWATCH: Member("Otto (Helsinki)", (KEEPER,))},
        has_picture=True,
    ),
    Person(
        "lotte",
        "lotte.b",
        "Lotte",
        "2020-05-05",
        {HARBOUR: Member("Lotte 🧵", (FIXER,)), TIDEWATCH: Member(None, (TRANSLATOR,))},
        has_picture=True,
    ),
    Person(
        "tuuli",
        "tuuli.x",
        "Tuuli",
        "2021-08-08",
        {HARBOUR: Member(None, (FIXER,)), TIDEWATCH: Member(None, ())},
    ),
    Person(
        "kaarel",
        "kaarel_p",
        "Kaarel",
        "2018-05-17",
        {HARBOUR: Member(None, (NEIGHBOUR,)), TIDEWATCH: Member("Kaarel 💛", (KEEPER,))},
        has_picture=True,
    ),
    Person("ines", "ines.norte", "Inês", "2023-02-03", {HARBOUR: Member(), TIDEWATCH: Member()}),
    # Nobody in particular: what Discord puts in the place of every deleted account.
    Person("deleted", "Deleted User", "Deleted User", "2018-06-13", fixed_id="456226577798135808"),
    # Programs
    Person(
        "harbourmaster",
        "Harbourmaster",
        "Harbourmaster",
        "2023-03-02",
        _harbour(HARBOUR_BOT),
        True,
        None,
        "4417",
    ),
    Person("tidebot", "TideBot", "TideBot", "2023-05-21", _tidewatch(TIDE_BOT), True, None, "0781"),
    Person("ci", "Tidewatch CI", "Tidewatch CI", "2023-05-22", is_bot=True),
)

PEOPLE = {person.key: person for person in _PEOPLE}
