"""What CeleryExecutor needs beside the compose set: a broker, and workers in the place of LocalExecutor."""

import secrets
import shutil
from contextlib import contextmanager

from native.postgres import free_port
from native.services import Service, stop, wait_until

MISSING = "redis-server is not installed; on Debian and Ubuntu: apt-get install redis-server"
LOST_AFTER_SECONDS = 15
"""After how long without a sign of life a task counts as lost; Airflow's own default is 300."""
WAITS_SECONDS = 30
"""
After how long in the queue a task is handed out again; Airflow's own default is 600.

A worker that dies with a task it has received and not yet begun takes the message with it: Redis gives it to nobody
else for a day, and Airflow notices by this time alone.
"""


class MissingBrokerError(Exception):
    """There is no broker on this machine; the message says how to get one."""


@contextmanager
def running_broker(folder):
    """Yield the address of a Redis with a password, on this machine's loopback only, that keeps nothing."""
    program = shutil.which("redis-server")
    if program is None:
        raise MissingBrokerError(MISSING)
    port, password = free_port(), secrets.token_hex(16)
    settings = folder / "redis.conf"
    settings.touch(mode=0o600)
    settings.write_text(f"bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ''\nappendonly no\ndir {folder}\n")
    broker = Service("redis", (program, str(settings)), {"PATH": "/usr/bin:/bin"}, folder / "redis.log", folder)
    broker.start()
    try:
        wait_until(lambda: "Ready to accept connections" in broker.log.read_text(), 10, "Redis is ready")
        yield f"redis://:{password}@127.0.0.1:{port}/0"
    finally:
        stop([broker])


def celery_environment(broker, metadata):
    """Return what makes the compose set's services work for CeleryExecutor; *metadata* is Airflow's own database."""
    return {
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW__CELERY__BROKER_URL": broker,
        "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{metadata}",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": str(LOST_AFTER_SECONDS),
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "2",
        "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": str(WAITS_SECONDS),
        "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "5",
    }


def worker_command(name, tasks_at_once=2):
    """Return what one worker runs; the logs of its tasks lie where the API server finds them."""
    return (
        *("celery", "worker", "--skip-serve-logs", "--without-gossip", "--without-mingle"),
        *("--concurrency", str(tasks_at_once), "--celery-hostname", f"{name}@%h", "--pid", f"{name}.pid"),
    )
