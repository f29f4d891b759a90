"""
`make up` in a real browser: log in, trigger, wait, read the report, approve its summary; hostile reports do nothing.
"""

import re
from datetime import date, timedelta

import pytest

from discord_airflow.reporting.page import render_html
from discord_airflow.reporting.write import rendered
from tests.browser.person import LOOKED_AT, Person, open_browser
from tests.fakes.discord_webhooks import discord_on_loopback
from tests.local_up import Up, wait_for
from tests.reports.build import FIELDS, report
from tests.reports.hostile import HOSTILE

pytestmark = [pytest.mark.airflow, pytest.mark.browser, pytest.mark.timeout(600)]

DAY = "2026-11-22"
WEBHOOK_TOKEN = "canary-webhook-token"
SECRET = "canary-that-nobody-may-see"
HARMLESS = date(2020, 1, 5)
BATCH = 80
DAYS = [HARMLESS + timedelta(weeks=1 + number) for number in range(-(-len(HOSTILE) // BATCH))]


def plant(folder, day, **changes):
    """Put a report of *day* into *folder*."""
    for name, content in rendered(report(**changes)).items():
        (folder / f"{day}{name[10:]}").write_bytes(content)


@pytest.fixture(scope="module")
def discord(tmp_path_factory):
    """A Discord that takes what is posted to a channel of the sample's first server."""
    with discord_on_loopback(tmp_path_factory.mktemp("discord")) as discord:
        yield discord


@pytest.fixture(scope="module")
def up(reachable_folder, tmp_path_factory, discord):
    """Airflow on the sample, and beside it a harmless report and the hostile ones, each with its share of the texts."""
    home = reachable_folder / tmp_path_factory.mktemp("home").name
    home.mkdir(mode=0o711)
    (home / "secret.md").write_text(SECRET)
    folder = home / "reports"
    folder.mkdir()
    plant(folder, HARMLESS)
    for number, day in enumerate(DAYS):
        share = HOSTILE[number * BATCH : (number + 1) * BATCH]
        plant(folder, day, texts={field: " ".join(share[at :: len(FIELDS)]) for at, field in enumerate(FIELDS)})
    webhook = f"https://discord.com/api/webhooks/42/{WEBHOOK_TOKEN}"
    started = Up(home, **discord.variables, POST_WEBHOOK=webhook)
    try:
        started.read_until("Airflow is ready", 170)
        yield started
    finally:
        started.end()


@pytest.fixture(scope="module")
def root(up):
    return f"http://127.0.0.1:{up.port}"


@pytest.fixture(scope="module")
def browser():
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Where the pictures of this run are kept, for whoever wants to see what the person saw."""
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="module")
def cookies(browser, root):
    """The state of a browser whose person has logged in, sent to the login by the page that they asked for."""
    person = Person(browser, root)
    person.go("/reports/")
    assert "/auth/login" in person.page.url
    person.log_in()
    assert person.page.url == root + "/reports/"
    return person.context.storage_state()


@pytest.fixture(scope="module")
def run(root, browser, cookies, pictures):
    """The weekly run that a person has triggered, with days and end in the form, after switching on `discord_post`."""
    person = Person(browser, root, state=cookies)
    page = person.page
    person.go("/dags/discord_post")
    page.get_by_test_id("toggle-pause").first.click()
    page.locator("[data-testid=toggle-pause][data-state=checked]").first.wait_for()
    person.go("/dags/discord_weekly")
    page.get_by_role("button", name="Trigger").first.click()
    form = page.get_by_role("dialog")
    form.get_by_role("spinbutton").fill("14")
    form.locator("[name=element_until]").fill(DAY)
    page.screenshot(path=pictures / "form.png")
    form.get_by_role("button", name="Trigger", exact=True).click()
    page.wait_for_url("**/runs/**")
    return ended(person, "discord_weekly")


def ended(person, dag):
    """Return the only run of *dag*, when it has ended."""
    address = f"{person.root}/api/v2/dags/{dag}/dagRuns"
    [run] = wait_for(lambda: over(person.context.request.get(address).json()["dag_runs"]))
    return run


def fits(looked):
    assert looked["content"] <= looked["width"]


def test_a_person_triggers_the_dag_and_reads_its_report(up, root, browser, cookies, pictures, run):
    """Both DAGs are there; days=14 in the form, the run turns green, and the report is where the menu says."""
    assert (run["state"], run["conf"]["days"]) == ("success", 14)
    person = Person(browser, root, state=cookies)
    page = person.page
    person.go("/dags")
    for dag in ("discord_weekly", "discord_collect"):
        page.get_by_role("link", name=dag, exact=True).wait_for()
    page.get_by_role("button", name="Browse").click()
    page.get_by_role("menuitem", name="Reports", exact=True).click()
    listed = page.frame_locator("iframe")
    newest = listed.locator("a.day").first
    day = newest.inner_text()
    assert day == DAY
    page.screenshot(path=pictures / "list.png")
    newest.click()
    assert "Report on 14 days" in person.report().locator("h1").inner_text()
    page.screenshot(path=pictures / "report.png")
    for kind, suffix in (("Markdown", "md"), ("JSON", "json")):
        with page.expect_download() as download:
            listed.get_by_role("link", name=kind).click()
        assert download.value.suggested_filename == f"{day}.{suffix}"
        assert download.value.path().read_bytes() == (up.place.home / "reports" / f"{day}.{suffix}").read_bytes()
    listed.locator("a[rel=prev]").click()
    listed.locator(".day", has_text=str(DAYS[-1])).wait_for()
    listed.locator("a[rel=next]").click()
    listed.locator(".day", has_text=day).wait_for()

    person.go("/dags/discord_weekly")
    page.get_by_role("link", name="Reports", exact=True).click()
    listed.get_by_role("link", name=day).wait_for()
    page.screenshot(path=pictures / "tab.png")
    assert (person.dialogs, person.popups, person.strange_requests()) == ([], [], [])
    for picture in ("form", "list", "report", "tab"):
        assert (pictures / f"{picture}.png").stat().st_size > 10_000


def over(runs):
    """Return *runs* when all of them have ended."""
    return runs if runs and all(run["state"] in ("success", "failed") for run in runs) else None


def test_a_person_approves_a_summary_and_just_that_is_posted(root, browser, cookies, pictures, discord, run):
    """The saved report asks by itself; the page shows every sign of the messages; nothing goes out before the click."""
    person = Person(browser, root, state=cookies)
    page = person.page
    address = f"{root}/api/v2/dags/~/dagRuns/~/hitlDetails"
    wait_for(lambda: person.context.request.get(address).json()["hitl_details"])
    page.goto(root)
    page.get_by_role("button", name="Browse").click()
    page.get_by_role("menuitem", name="Required Actions").click()
    page.get_by_role("link", name=f"Post the summary of the report of {DAY} to Discord?").click()
    page.get_by_role("button", name="Approve").wait_for()
    messages = page.locator("code")
    messages.first.wait_for()
    page.screenshot(path=pictures / "question.png")
    edges = messages.evaluate_all(
        "found => found.map((one) => [one, one.parentElement].map((box) => box.getBoundingClientRect().right))"
    )
    assert all(500 < text <= room for text, room in edges)
    shown = messages.all_inner_texts()
    assert discord.messages == []
    page.get_by_role("button", name="Approve").click()
    assert ended(person, "discord_post")["state"] == "success"
    assert ["".join(text.split()) for text in discord.texts] == ["".join(text.split()) for text in shown]
    assert all(message["allowed_mentions"] == {"parse": []} for message in discord.messages)
    assert (person.dialogs, person.popups, person.strange_requests()) == ([], [], [])


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (390, "light"), (390, "dark")])
def test_the_pages_fit_and_follow_light_and_dark(root, browser, cookies, pictures, width, scheme):
    """Nothing is wider than the screen, hostile names included; the paper is dark at night."""
    person = Person(browser, root, width=width, scheme=scheme, state=cookies)
    person.go("/reports/")
    person.page.screenshot(path=pictures / f"list-{width}-{scheme}.png", full_page=True)
    looked = person.page.evaluate(LOOKED_AT)
    fits(looked)
    assert looked["background"] == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 28)"}[scheme]
    person.go(f"/reports/{DAYS[0]}/")
    person.page.screenshot(path=pictures / f"report-{width}-{scheme}.png")
    fits(person.page.evaluate(LOOKED_AT))
    fits(person.report().evaluate(LOOKED_AT))


def test_hostile_reports_do_nothing(root, browser, cookies):
    """Every hostile text in every field, through the plugin: no element, handler, request, dialog or window more."""
    assert len(HOSTILE) >= 538
    person = Person(browser, root, state=cookies)
    person.go(f"/reports/{HARMLESS}/")
    harmless = person.report().evaluate(LOOKED_AT)
    person.asked.clear()
    for day in DAYS:
        person.go(f"/reports/{day}/")
        found = person.report().evaluate(LOOKED_AT)
        assert found["elements"] == harmless["elements"]
        assert (found["scripts"], found["handlers"], found["active"]) == (0, 0, 0)
    around = {f"{root}/reports/{day}/{file}" for day in DAYS for file in ("", "report.html")}
    assert set(person.asked) - {root + "/favicon.ico"} == around
    person.go("/reports/")
    found = person.page.evaluate(LOOKED_AT)
    assert (found["scripts"], found["handlers"], found["active"]) == (0, 0, 0)
    assert (person.dialogs, person.popups, person.strange_requests()) == ([], [], [])


def test_the_browser_would_have_told(root, up, browser, cookies):
    """The eyes of the test above see: a report that nobody escaped and nobody sandboxed asks and speaks."""
    person = Person(browser, root, state=cookies)
    page = re.sub(
        "<h1",
        '<script>alert(1)</script><img src="https://evil.example/x" onerror="1"><h1',
        render_html(report()),
        count=1,
    )
    person.page.set_content(re.sub(r"<meta[^>]*Content-Security-Policy[^>]*>", "", page))
    found = person.page.evaluate(LOOKED_AT)
    assert (found["scripts"], found["handlers"], found["active"]) == (1, 1, 1)
    assert person.dialogs == ["1"]
    assert person.strange_requests() == ["https://evil.example/x"]
