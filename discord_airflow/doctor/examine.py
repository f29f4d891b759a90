"""Runs all checks side by side, each with a limit, so that the whole takes seconds whatever hangs."""

import time
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Final

from discord_airflow.doctor import airflow, data, machine, notices, online, services
from discord_airflow.doctor.finding import Finding, fail, warn
from discord_airflow.settings import Settings

_SECONDS = 4.0

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
    airflow.check_airflow,
    notices.check_notices,
)
ONLINE: Final[tuple[Check, ...]] = (online.check_discord,)
"""These ask Discord, so they run only when somebody wants them to."""


class _Running:
    """A check at work in a thread that nobody waits for at the end of the program."""

    def __init__(self, check: Check, settings: Settings) -> None:
        self.name = check.__name__.removeprefix("check_").replace("_", " ")
        self.found: list[Finding] = []
        self.trouble: Exception | None = None
        self.thread = Thread(target=self._run, args=(check, settings), daemon=True)
        self.thread.start()

    def _run(self, check: Check, settings: Settings) -> None:
        try:
            for finding in check(settings):
                self.found.append(finding)
        except Exception as error:  # noqa: BLE001 (a check that breaks is a finding, not the end of the others)
            self.trouble = error

    def findings(self, deadline: float) -> list[Finding]:
        """Return what was found by *deadline*, with a word about what was not."""
        self.thread.join(max(deadline - time.monotonic(), 0))
        if self.thread.is_alive():
            return [*self.found, _silence(self.name)]
        match self.trouble:
            case None:
                return self.found
            case OSError():
                why = f"cannot be looked at: {self.trouble.strerror or self.trouble}"
                return [*self.found, warn(self.name, why, "look at the owner and the mode of the files")]
            case _:
                why = f"the check itself broke ({type(self.trouble).__name__})"
                return [*self.found, warn(self.name, why, "please report it; the other lines hold")]


def examine(settings: Settings, *, ask_discord: bool = False) -> list[Finding]:
    """Return what every check finds, in a fixed order; one that takes too long is a finding itself."""
    checks = (*CHECKS, *ONLINE) if ask_discord else CHECKS
    running = [_Running(check, settings) for check in checks]
    deadline = time.monotonic() + _SECONDS
    return [finding for one in running for finding in one.findings(deadline)]


def _silence(name: str) -> Finding:
    said = f"no answer within {_SECONDS:.0f} seconds"
    if name == "database":
        fix = "check DB_HOST and DB_PORT in .env, and that no firewall is between"
        return fail(name, said, fix)
    return warn(name, said, "run doctor again; then look there")
