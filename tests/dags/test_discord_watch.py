"""The DAG `discord_watch`: an hour after nine, on the report's clock, a missing report is told and fails the run."""

from datetime import UTC, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from discord_airflow.notifications import watch
from tests.dags.ticks import ticks

pytestmark = pytest.mark.airflow


def test_it_looks_on_sunday_at_ten_and_waits_to_be_switched_on(load_dags):
    """The time is that of the settings; nothing is made up for Sundays that are past."""
    dag = load_dags().dags["discord_watch"]
    assert dag.timetable.expression == "0 10 * * 0"
    assert dag.catchup is False
    assert dag.is_paused_upon_creation is True
    assert watch.schedule() == ("UTC", time(10, 0))


@pytest.mark.parametrize("zone", ["Europe/Helsinki", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe"])
def test_it_looks_at_ten_on_the_wall_also_in_the_week_in_which_the_clock_changes(
    load_dags, tmp_path, monkeypatch, zone
):
    """A year of Sundays, each at ten o'clock as people there read it: never twice, never left out."""
    (tmp_path / "config.yaml").write_text(f"report: {{timezone: {zone}}}\n")
    monkeypatch.setenv("DISCORD_AIRFLOW_HOME", str(tmp_path))
    looks = [
        look.astimezone(ZoneInfo(zone))
        for look in ticks(load_dags().dags["discord_watch"], datetime(2026, 1, 1, tzinfo=UTC), 53)
    ]
    assert {(look.weekday(), look.time()) for look in looks} == {(6, time(10))}
    assert {after.toordinal() - before.toordinal() for before, after in pairwise(looks)} == {7}
