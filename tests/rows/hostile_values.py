"""
Hostile values by the ten thousand, made by a grammar over the naughty ones: the same seed gives the same values.

A value is an atom, or atoms glued together, or one inside another's brackets: what is harmless alone may be none
beside a quotation mark or behind a key of the search language.
"""

from itertools import islice
from random import Random

from tests.rows.naughty import CATEGORIES

GLUE = ("", "", " ", "  ", "\t", "\n", "'", '"', "%", "_", "\\", ";", "\0", ":", "-", ",", "\u200b", "\u3000")
WRAPPERS = (
    *('"{}"', "'{}'", "({})", "%{}%", "{}%", "\\{}", "${}$", "%({})s", "{}\\", "-{}", '-"{}"', "“{}”", "E'{}'", "{}\0"),
    *("from:{}", 'from:"{}"', "in:{}", 'in:"#{}"', "server:{}", 'server:"{}"', "on:{}", "after:{}", "before:{}"),
    *("-from:{}", '-in:"{}"', "x {}", "{} x", '{} "', "@{}", "#{}", "<{}>", " {} ", "{}\n", "{}:*", "!{}", "'{}' --"),
)
LONGEST_PART = 60


def hostile_values(seed, count):
    """Return *count* different values."""
    made = dict.fromkeys(islice(_values(Random(seed)), 3 * count))
    return tuple(islice(made, count))


def _values(random):
    makers = (_changed, _glued, _wrapped, _mixed, _any)
    while True:
        (make,) = random.choices(makers, (30, 30, 25, 10, 5))
        yield make(random)


def _atom(random):
    """Return a naughty value, from each category as often as from any other."""
    return random.choice(random.choice(tuple(CATEGORIES.values())))[:LONGEST_PART]


def _changed(random):
    """Return a naughty value that lost, doubled or exchanged a character."""
    text = _atom(random)
    place = random.randrange(len(text) + 1)
    put = random.choice(("", text[place : place + 1] * 2, random.choice(GLUE), chr(random.randrange(0x3000))))
    return text[:place] + put + text[place + 1 :]


def _glued(random):
    return random.choice(GLUE).join(_atom(random) for _ in range(random.randint(2, 4)))


def _wrapped(random):
    text = _atom(random)
    for _ in range(random.randint(1, 2)):
        text = random.choice(WRAPPERS).replace("{}", text)
    return text


def _mixed(random):
    return random.choice((" ", "\n", "")).join((_wrapped(random), _atom(random), _glued(random)))


def _any(random):
    """Return characters from everywhere."""
    ranges = ((0, 0x80), (0x80, 0x250), (0x250, 0x3000), (0x3000, 0xD800), (0xD800, 0xE000), (0xE000, 0x20000))
    return "".join(chr(random.randrange(*random.choice(ranges))) for _ in range(random.randint(1, 12)))
