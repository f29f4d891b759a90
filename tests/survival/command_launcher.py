"""
Starts commands quickly: a process that has loaded everything and forks a child for each line of JSON, an object with
`arguments`, `environment`, `folder` and `said` (a file for what the command prints).

It answers with the child's process id, and for the line `wait PID` with how that child ended: its exit status, or minus
the signal.
"""

import importlib
import json
import os
import pkgutil
import sys

import discord_airflow
from discord_airflow import cli

SLOW_TO_LOAD = ("collectors", "reporting", "queries", "analysis", "embedded")


def load():
    """Import what commands import when they run, so that a child does not."""
    for name in SLOW_TO_LOAD:
        package = importlib.import_module(f"discord_airflow.{name}")
        for module in pkgutil.walk_packages(package.__path__, f"discord_airflow.{name}."):
            importlib.import_module(module.name)
    importlib.import_module("discord_airflow.digests")


def run(task):
    """Be the command."""
    os.environ.update(task["environment"])
    os.chdir(task["folder"])
    said = os.open(task["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for descriptor in (1, 2):
        os.dup2(said, descriptor)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.setsid()
    status = cli.main(task["arguments"])
    sys.stdout.flush()
    return status


def main():
    """Serve requests until the input ends."""
    load()
    print(discord_airflow.__version__, flush=True)  # noqa: T201 - ready
    for line in sys.stdin:
        if line.startswith("wait "):
            _, status = os.waitpid(int(line[5:]), 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = os.fork()
            if answer == 0:
                status = 1
                try:
                    status = run(json.loads(line))
                finally:
                    os._exit(status)
        print(answer, flush=True)  # noqa: T201 - the protocol


if __name__ == "__main__":
    main()
