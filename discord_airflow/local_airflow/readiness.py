"""Whether a local Airflow answers, and what it says about its DAGs."""

from dataclasses import dataclass
from typing import Any

import httpx

from discord_airflow.local_airflow.server import ADDRESS, PASSWORD, USER

PARTS = ("metadatabase", "scheduler", "dag_processor")


@dataclass(frozen=True, slots=True)
class Readiness:
    """Asks the Airflow on *port*; it is ready when its parts are healthy and the DAG *dag* can be triggered."""

    port: int
    dag: str

    def reached(self) -> bool:
        """Say whether all parts are healthy, and the DAG is known or known to be broken."""
        try:
            with self._client() as client:
                health = _content(client.get("/api/v2/monitor/health"))
                if any((health.get(part) or {}).get("status") != "healthy" for part in PARTS):
                    return False
                self._log_in(client)
                known = client.get(f"/api/v2/dags/{self.dag}").status_code == httpx.codes.OK
                return known or bool(self._import_errors(client))
        except (httpx.HTTPError, ValueError, KeyError):
            return False

    def import_errors(self) -> list[str]:
        """Return the last line of each error that kept a DAG file from being read."""
        with self._client() as client:
            self._log_in(client)
            return self._import_errors(client)

    def _client(self) -> httpx.Client:
        # Not through a proxy of the environment: this machine is meant.
        return httpx.Client(base_url=f"http://{ADDRESS}:{self.port}", timeout=5, trust_env=False)

    def _log_in(self, client: httpx.Client) -> None:
        answer = client.post("/auth/token", json={"username": USER, "password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {_content(answer)['access_token']}"

    def _import_errors(self, client: httpx.Client) -> list[str]:
        found = _content(client.get("/api/v2/importErrors"))["import_errors"]
        return [error["stack_trace"].strip().splitlines()[-1] for error in found]


def _content(answer: httpx.Response) -> Any:
    answer.raise_for_status()
    return answer.json()
