"""Airflow's REST interface as a person with a password uses it."""

import httpx

from native.services import wait_until

PARTS = ("metadatabase", "scheduler", "dag_processor", "triggerer")
DAG = "discord_weekly"


class Rest:
    """A client of the API server on *port*; it logs in as *user* and looks again when it had to wait."""

    def __init__(self, port, user="airflow", password="airflow"):
        self.root = f"http://127.0.0.1:{port}"
        self.login = {"username": user, "password": password}
        self.client = httpx.Client(base_url=self.root, timeout=20, trust_env=False)

    def healthy(self, parts=PARTS):
        """Say whether every one of *parts* is."""
        try:
            found = self.client.get("/api/v2/monitor/health").json()
        except (httpx.HTTPError, ValueError):
            return False
        return all((found.get(part) or {}).get("status") == "healthy" for part in parts)

    def log_in(self):
        """Log in; False while the server cannot say yet."""
        try:
            answer = self.client.post("/auth/token", json=self.login)
        except httpx.HTTPError:
            return False
        if answer.status_code not in (200, 201):
            return False
        self.client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return True

    def close(self):
        self.client.close()

    def get(self, path):
        """Return the content at *path*, None while it is not there or the server is away."""
        try:
            answer = self.client.get(path)
        except httpx.HTTPError:
            return None
        return answer.json() if answer.status_code == 200 else None

    def wait_for_dag(self, seconds=90, parts=PARTS):
        """Wait until Airflow is whole and the DAG can be triggered."""
        wait_until(lambda: self.healthy(parts), seconds, "Airflow is healthy")
        wait_until(self.log_in, 30, "the login works")
        wait_until(lambda: self.get(f"/api/v2/dags/{DAG}"), 60, "the DAG is known")

    def trigger(self, configuration):
        """Trigger the DAG as its form does, and return the run's id."""
        answer = self.client.post(f"/api/v2/dags/{DAG}/dagRuns", json={"logical_date": None, "conf": configuration})
        assert answer.status_code == 200, answer.text
        return answer.json()["dag_run_id"]

    def wait_for_run(self, run, seconds=120):
        """Return the state in which *run* ended."""

        def ended():
            state = (self.get(f"/api/v2/dags/{DAG}/dagRuns/{run}") or {}).get("state")
            return state if state in ("success", "failed") else None

        return wait_until(ended, seconds, f"the run {run} is over")

    def tasks(self, run):
        """Return the task instances of *run* by their ids."""
        found = self.get(f"/api/v2/dags/{DAG}/dagRuns/{run}/taskInstances") or {"task_instances": []}
        return {task["task_id"]: task for task in found["task_instances"]}
