"""
`make scale-out`: the weekly report on CeleryExecutor with two workers, one of which dies in the middle of its work.

Everything is real but the machines: Redis, PostgreSQL over TCP with passwords, Airflow's processes with the environment
of docker-compose.yml. The two workers and the API server share no folder of reports, only the database. In the end the
report, as a worker wrote it and as Airflow's page shows it, is compared, byte for byte, with the one of `make report`;
and everything that was printed, logged or stored is searched for the secrets.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from native.airflow_set import IMAGE, AirflowSet
from native.canary import find_in_database, find_in_files
from native.celery import MissingBrokerError, celery_environment, running_broker, worker_command
from native.compose_file import ROOT
from native.postgres import Postgres, running_postgres
from native.services import wait_until

UNTIL = "2026-11-22T09:00:00+00:00"
DAY = "2026-11-22"
WORKERS = ("worker-1", "worker-2")
SECRETS = {"DISCORD_TOKEN": "Canary.T0ken-of-the/workers", "DB_PASSWORD": "canary 'pässword' 7%"}
WITHOUT_MODEL = {"OLLAMA_HOST": "http://127.0.0.1:9"}
WAITING = """
    SELECT client_port FROM pg_stat_activity
     WHERE datname = 'discord_data' AND wait_event_type = 'Lock' AND client_port > 0
"""


@dataclass
class ScaleOut:
    """A compose set on CeleryExecutor; *tell* gets one line for each thing that was shown."""

    project: AirflowSet
    postgres: Postgres
    tell: object

    def start(self):
        """Bring everything up, and wait until both workers listen."""
        self.project.initialise()
        self.project.run("discord-airflow", "import", str(ROOT / "sample" / "exports"))
        # As on several machines: the page finds its reports in the database.
        database = {
            name: value
            for name, value in self.project.environment("airflow-scheduler").items()
            if name.startswith("DB_")
        }
        self.project.add("airflow-apiserver", **database, DISCORD_AIRFLOW_HOME=self.machine("airflow-apiserver"))
        for name in ("airflow-scheduler", "airflow-dag-processor"):
            self.project.add(name)
        for name in WORKERS:
            command, own = worker_command(name), self.machine(name)
            self.project.add(name, command, compose="airflow-scheduler", DISCORD_AIRFLOW_HOME=own)
        rest = self.project.rest()
        rest.wait_for_dag(parts=("metadatabase", "scheduler", "dag_processor"))
        for name in WORKERS:
            log = self.project.services[name].log
            wait_until(lambda log=log: "ready." in log.read_text(errors="replace"), 60, f"{name} is ready")
        self.tell(f"up: API server, scheduler (CeleryExecutor), DAG processor, {' and '.join(WORKERS)}, Redis")
        return rest

    def undisturbed(self, rest):
        """Make the report with both workers at work; return its bytes."""
        run = rest.trigger({"until": UNTIL, "servers": self.servers()})
        state = rest.wait_for_run(run)
        assert state == "success", f"the run ended as {state}: {rest.tasks(run)}"
        hands = {name: self.log_of(name).count("received") for name in WORKERS}
        assert all(hands.values()), f"only one worker did anything: {hands}"
        self.tell(
            f"undisturbed run: success; tasks taken: {', '.join(f'{name} {count}' for name, count in hands.items())}"
        )
        return self.made(rest)

    def with_a_death(self, rest):
        """Kill the worker that holds a task in the middle of a query, and wait for the end of the run."""
        for name in WORKERS:
            shutil.rmtree(self.project.home / name / "reports", ignore_errors=True)
        with self.postgres.connect("discord_data") as other, other.transaction():
            # Now no task gets past its first look at the messages, and all of them are in the middle of something.
            other.execute("LOCK TABLE messages IN ACCESS EXCLUSIVE MODE")
            run = rest.trigger({"until": UNTIL, "servers": self.servers()})
            victim = wait_until(self.busy_worker, 60, "a worker is in the middle of a query")
            running = sorted(name for name, task in rest.tasks(run).items() if task["state"] == "running")
            victim.kill()
            killed = time.monotonic()
        self.tell(f"{victim.name} killed (kill -9, all its processes) while {', '.join(running)} ran")
        state = rest.wait_for_run(run, 240)
        tasks = rest.tasks(run)
        again = sorted(name for name, task in tasks.items() if task["try_number"] > 1)
        assert state == "success", (
            f"the run ended as {state}: { {name: task['state'] for name, task in tasks.items()} }"
        )
        assert again, "no task was lost, so nothing was shown"
        self.tell(
            f"the same run: success {time.monotonic() - killed:.0f} s after the kill, on the other worker;"
            f" tried again: {', '.join(again)}"
        )
        return self.made(rest)

    def machine(self, name):
        """Return the folder that only the service *name* sees: reports, settings, notes."""
        folder = self.project.home / name
        folder.mkdir(exist_ok=True)
        return str(folder)

    def made(self, rest):
        """Return the files that a worker has written, after a look at the page: it shows the very same."""
        written = {}
        for name in WORKERS:
            if (self.project.home / name / "reports").exists():
                written |= reports(self.project.home / name)
        assert not (self.project.home / "airflow-apiserver" / "reports").exists()
        for name, content in written.items():
            day, kind = name.split(".")
            assert rest.client.get(f"/reports/{day}/report.{kind}").content == content, f"the page shows another {name}"
        return written

    def leaks(self):
        """Return where a secret stands: what processes printed, task logs, reports, Airflow's tables and ours."""
        secrets = [*SECRETS.values(), self.project.extra["AIRFLOW__CELERY__BROKER_URL"].split(":")[2].partition("@")[0]]
        found = find_in_files(secrets, self.project.home)
        for name in ("airflow", "discord_data"):
            with self.postgres.connect(name) as connection:
                found += find_in_database(secrets, connection)
        return found

    def busy_worker(self):
        """Return the worker one of whose tasks waits for the lock."""
        with self.postgres.connect("discord_data") as look:
            ports = {port for (port,) in look.execute(WAITING).fetchall()}
        for connection in psutil.net_connections("tcp4"):
            if connection.laddr.port in ports and connection.pid:
                for name in WORKERS:
                    if self.project.services[name].holds(connection.pid):
                        return self.project.services[name]
        return None

    def servers(self):
        with self.postgres.connect("discord_data") as look:
            return [str(guild) for (guild,) in look.execute("SELECT id FROM guilds ORDER BY id").fetchall()]

    def log_of(self, name):
        return self.project.services[name].log.read_text(errors="replace")


def reports(home):
    """Return the bytes of all reports, by name."""
    return {path.name: path.read_bytes() for path in sorted((home / "reports").iterdir())}


@contextmanager
def scaled_out(folder, tell):
    """Yield a ScaleOut whose project lies in *folder*; nothing of it goes on running afterwards."""
    with ExitStack() as stack:
        postgres = stack.enter_context(running_postgres(folder / "postgres"))
        postgres.make_database("airflow", "airflow", "airflow")
        postgres.make_database("discord_data", "discord", SECRETS["DB_PASSWORD"])
        home = folder / "home"
        home.mkdir()
        variables = {"DB_HOST": "127.0.0.1", "DB_PORT": str(postgres.port), "DB_USER": "discord"}
        broker = stack.enter_context(running_broker(folder))
        metadata = f"postgresql://airflow:airflow@127.0.0.1:{postgres.port}/airflow"
        extra = celery_environment(broker, metadata) | WITHOUT_MODEL
        project = AirflowSet(home, postgres, variables | SECRETS, extra)
        stack.callback(project.stop)
        yield ScaleOut(project, postgres, tell)


def on_one_machine(folder):
    """Return the bytes of the report that `make report` writes."""
    home = folder / "one-machine"
    home.mkdir(mode=0o711)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DB_", "AIRFLOW"))}
    subprocess.run(
        (sys.executable, "-m", "discord_airflow.local_airflow", "report"),
        env=environment | {"DISCORD_AIRFLOW_HOME": str(home)} | WITHOUT_MODEL,
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=180,
    )
    return reports(home)


def digests(files):
    """Return a line of digests to compare by eye."""
    return json.dumps({name: hashlib.sha256(content).hexdigest()[:16] for name, content in files.items()})


def show(folder, tell, *, short=False):
    """
    Show it in *folder*, one line at a time; return 0 when all reports are the same to the last byte.

    *short* leaves out the run in which nothing is killed.
    """
    with scaled_out(folder, tell) as shown:
        rest = shown.start()
        found = {} if short else {"two workers": shown.undisturbed(rest)}
        found["one of them killed"] = shown.with_a_death(rest)
        leaks = shown.leaks()
    found["make report"] = on_one_machine(folder)
    for name, files in found.items():
        tell(f"{name:18}  {digests(files)}")
    alone = found["make report"]
    same = set(alone) == {f"{DAY}.{kind}" for kind in ("md", "html", "json")}
    same = same and all(files == alone for files in found.values())
    tell("the reports are the same to the last byte" if same else "THE REPORTS DIFFER")
    tell(f"SECRETS STAND IN {leaks}" if leaks else "no secret stands in any log, report or table")
    return 0 if same and not leaks else 1


def main():
    """Show it with the time before each line. `--keep` leaves the logs where they are; `--short`: one run."""
    began = time.monotonic()

    def tell(line):
        print(f"{time.monotonic() - began:6.1f} s  {line}", flush=True)

    if not (IMAGE / "bin" / "airflow").exists():
        print("scale-out: the packages of the image are not installed; run: make setup-image", file=sys.stderr)
        return 78
    folder = Path(tempfile.mkdtemp(prefix="discord_airflow-scale-out-"))
    folder.chmod(0o711)
    try:
        return show(folder, tell, short="--short" in sys.argv)
    except MissingBrokerError as error:
        print(f"scale-out: {error}", file=sys.stderr)
        return 69
    finally:
        if "--keep" in sys.argv:
            tell(f"logs: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
