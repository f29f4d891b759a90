"""Commands of a project of their own, started fast, so that they can be hit at any moment."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil

LAUNCHER = Path(__file__).with_name("command_launcher.py")


class Commands:
    """Starts `discord-airflow` commands in *folder*, with these variables in their environment."""

    def __init__(self, folder, **environment):
        self.folder = folder
        self.environment = {"DISCORD_AIRFLOW_HOME": str(folder)} | environment
        self._process = subprocess.Popen(
            (sys.executable, str(LAUNCHER)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._process.stdout.readline()

    def start(self, *arguments, **environment):
        """Start a command and return its process id."""
        task = {
            "arguments": arguments,
            "environment": self.environment | environment,
            "folder": str(self.folder),
            "said": str(self.folder / "said"),
        }
        return self._ask(json.dumps(task))

    def wait(self, process):
        """Wait for a command and return its exit status, or minus the signal that ended it."""
        return self._ask(f"wait {process}")

    def run(self, *arguments, **environment):
        """Run a command to its end and return its exit status."""
        return self.wait(self.start(*arguments, **environment))

    def said(self):
        """What the last command printed."""
        return (self.folder / "said").read_text(encoding="utf-8")

    def close(self):
        """End the launcher."""
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def _ask(self, line):
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def processes_of(program):
    """The living processes that run *program*."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        if process.info["status"] != psutil.STATUS_ZOMBIE and str(program) in (process.info["cmdline"] or ()):
            found.append(process)
    return found


def signal_to(process, number):
    """Send a signal to a process that may have ended."""
    with suppress(ProcessLookupError):
        os.kill(process, number)
