"""
Starts imports quickly: a process that has loaded everything and forks a child for each line `folder<TAB>dsn<TAB>seed`.

It answers with the child's process id, and for the line `wait<TAB>pid` with how that child ended: its exit status, or
minus the signal. The child takes the files in an order of its own.
"""

import os
import random
import sys
from pathlib import Path

import psycopg

from discord_airflow.collectors.importer import import_paths
from discord_airflow.errors import DiscordAirflowError


def import_once(folder, dsn, seed):
    """Import the files of a folder in a random order, and return the exit status."""
    files = sorted(Path(folder).glob("*.json"))
    random.Random(seed).shuffle(files)
    try:
        return import_paths(files, lambda: psycopg.connect(dsn, autocommit=True)).exit_code
    except DiscordAirflowError as error:
        return error.exit_code
    except psycopg.OperationalError:
        return 69


def answer(number):
    """Say a number to whoever asked."""
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def main():
    """Serve requests until the input ends."""
    for line in sys.stdin:
        first, *rest = line.rstrip("\n").split("\t")
        if first == "wait":
            _, status = os.waitpid(int(rest[0]), 0)
            answer(os.waitstatus_to_exitcode(status))
            continue
        child = os.fork()
        if child == 0:
            status = 1
            try:
                status = import_once(first, rest[0], int(rest[1]))
            finally:
                os._exit(status)
        answer(child)


if __name__ == "__main__":
    main()
