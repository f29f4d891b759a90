"""Runs all checks side by side, each with a limit, so that the whole takes seconds whatever hangs."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Final

from discord_airflow.doctor import data, machine, services
from discord_airflow.doctor.finding import Finding, warn
from discord_airflow.settings import Settings

_SECONDS = 4.5

Check = Callable[[Settings], Iterator[Finding]]

CHECKS: Final[tuple[Check, ...]] = (
    machine.check_secret_files,
    machine.check_clock,
    machine.check_disk,
    data.check_database,
    machine.check_token,
    machine.check_exporter,
    machine.check_left_behind,
    machine.check_unfinished_files,
    services.check_ollama,
    services.check_airflow,
)


def examine(settings: Settings) -> list[Finding]:
    """Return what every check finds, in a fixed order; one that takes too long is a finding itself."""
    pool = ThreadPoolExecutor(max_workers=len(CHECKS))
    running = [pool.submit(lambda check=check: list(check(settings))) for check in CHECKS]
    wait(running, timeout=_SECONDS)
    findings: list[Finding] = []
    for check, future in zip(CHECKS, running, strict=True):
        name = check.__name__.removeprefix("check_").replace("_", " ")
        if not future.done():
            findings.append(warn(name, f"no answer within {_SECONDS:.0f} seconds", "run doctor again; then look there"))
        elif isinstance(trouble := future.exception(), OSError):
            findings.append(warn(name, f"cannot be looked at: {trouble.strerror}", "look at the file's owner and mode"))
        else:
            findings += future.result()
    pool.shutdown(wait=False, cancel_futures=True)
    return findings
