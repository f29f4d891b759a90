"""
The page "Reports" inside Airflow: in the navigation under Browse, and as a tab of the DAG `discord_weekly`.

It shows what lies in the folder of the reports to whoever is logged in to Airflow; a report that a task has written to
another machine's disk comes from the database. What the pages say is made in discord_airflow/report_shelf; here are
only the addresses, the login and the headers. Works with both auth managers.
"""

from typing import Any
from urllib.parse import quote, urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

PREFIX = "/reports"
DAG = "discord_weekly"

MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
}

REFUSALS = {
    401: "You are not logged in to Airflow, or not any more. Log in there, then open this page again.",
    403: "Your account in Airflow may not see this page.",
    404: "There is no such report.",
}


def create_app() -> Any:
    """Return the application; Airflow's API server mounts it, every other process does without."""
    from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
    from airflow.api_fastapi.core_api.security import requires_access_view
    from fastapi import Depends, FastAPI, Request
    from fastapi.responses import HTMLResponse, RedirectResponse, Response
    from starlette.exceptions import HTTPException

    from discord_airflow.errors import DiscordAirflowError
    from discord_airflow.report_shelf.pages import (
        PAGE_POLICY,
        REPORT_POLICY,
        headers,
        render_list,
        render_note,
        render_report,
    )
    from discord_airflow.report_shelf.shelf import FolderShelf, Shelf, TwoShelves, parse_day
    from discord_airflow.report_shelf.stored import StoredShelf
    from discord_airflow.settings import load_settings

    # Airflow does not ask for a login here unless told to.
    logged_in = Depends(requires_access_view(AccessView.WEBSITE))
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, dependencies=[logged_in])

    def page(content: str, status: int = 200) -> HTMLResponse:
        return HTMLResponse(content, status, headers=headers(PAGE_POLICY))

    def shelf() -> Shelf:
        settings = load_settings()
        return TwoShelves(FolderShelf(settings.report.directory), StoredShelf(settings.database))

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        if error.status_code == 401 and "text/html" in request.headers.get("accept", ""):
            return RedirectResponse(login(request.url.path), 303, headers(PAGE_POLICY))
        sentence = REFUSALS.get(error.status_code, str(error.detail))
        back = address() if error.status_code == 404 else None
        return page(render_note("Reports", sentence, back), error.status_code)

    @app.exception_handler(DiscordAirflowError)
    def trouble(_: Request, error: DiscordAirflowError) -> HTMLResponse:
        return page(render_note("The reports cannot be shown", str(error)), 503)

    @app.get("/")
    def show_list(before: str = "") -> HTMLResponse:
        return page(render_list(shelf(), parse_day(before), last_run()))

    @app.get("/{day}/")
    def show_report(day: str) -> HTMLResponse:
        known = parse_day(day)
        content = render_report(shelf(), known) if known else None
        if content is None:
            raise HTTPException(404)
        return page(content)

    @app.get("/{day}/report.{kind}")
    def show_file(day: str, kind: str) -> Response:
        known = parse_day(day)
        content = shelf().read(known, kind) if known else None
        if content is None:
            raise HTTPException(404)
        answer = Response(content, media_type=MEDIA_TYPES[kind], headers=headers(REPORT_POLICY))
        if kind != "html":
            answer.headers["Content-Disposition"] = f'attachment; filename="{day}.{kind}"'
        return answer

    return app


def below(path: str) -> str:
    """Return *path* as a browser has to ask for it, also where Airflow itself lies below a path of its own."""
    return urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/") + path


def address() -> str:
    """Return where the list of reports is."""
    return below(PREFIX + "/")


def login(path: str) -> str:
    """Return where a person logs in, whichever auth manager there is, to come back to *path*."""
    return below("/api/v2/auth/login?next=" + quote(path, safe=""))


def last_run() -> str | None:
    """Return a sentence about the newest run of the DAG, if there is no report of it (yet)."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    newest = select(DagRun.state, DagRun.run_after).where(DagRun.dag_id == DAG).order_by(DagRun.run_after.desc())
    with create_session() as session:
        found = session.execute(newest.limit(1)).first()
    if found is None or found.state == "success":
        return None
    of = f"The newest run of {DAG}, of {found.run_after:%Y-%m-%d %H:%M} UTC,"
    if found.state == "failed":
        return f"{of} failed and wrote no report. The log of the task that failed says why and what to do."
    return f"{of} is not over yet; its report is here when the run is green."


class ReportsPlugin(AirflowPlugin):
    """Adds the page and the two ways to it."""

    name = "discord_reports"
    external_views = [  # noqa: RUF012 (what Airflow's base class has)
        {
            "name": "Reports",
            "href": address(),
            "destination": "nav",
            "category": "browse",
            "url_route": "reports",
        },
        {"name": "Reports", "href": address(), "destination": "dag", "url_route": "dag-reports"},
        # Airflow's frame opens no other pages; on its own the page lets a report's links into Discord work.
        {"name": "Reports in a tab of their own", "href": address(), "destination": "nav", "category": "browse"},
    ]

    @property
    def fastapi_apps(self) -> list[dict[str, Any]]:  # type: ignore[override]
        return [{"app": create_app(), "url_prefix": PREFIX, "name": "Reports"}]
