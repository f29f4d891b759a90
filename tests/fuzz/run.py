"""
Coverage-guided fuzzing of an import up to its rows: `make fuzz`, or this file with the options of libFuzzer.

    PYTHONPATH=tests python tests/fuzz/run.py -max_total_time=60 FOLDER
"""

import random
import sys
import tempfile
import zlib
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["discord_airflow.collectors"]):
    from fuzz.mutate import next_of, seeds
    from fuzz.oracles import WAYS, check


def test_one_input(data):
    """Check *data*, and one other way of reading it for every fourth input: its own bytes say which."""
    check(data, WAYS[number : number + 1] if (number := zlib.crc32(data) % 16) < len(WAYS) else ())


def mutate(data, max_size, seed):
    """Change bytes as libFuzzer does, or values as a careless program might."""
    chance = random.Random(seed)
    if chance.random() < 0.4:
        return atheris.Mutate(data, max_size)
    return next_of(chance, data)[:max_size]


def main():
    """Fuzz until told to stop; what fails is written beside and makes the exit status another than 0."""
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds()):
            (Path(folder) / f"seed-{number}").write_bytes(seed)
        atheris.Setup([*sys.argv, folder], test_one_input, custom_mutator=mutate)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
