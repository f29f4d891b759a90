"""Import is free of order: the same observations in any order leave the same tables."""

from itertools import permutations

import pytest
from export_documents import (
    DELETED,
    MIRA,
    OTTO_BLOCK,
    document,
    message,
    minified,
    reaction,
    snowflake,
    stamp,
    user,
    write,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from table_contents import contents, empty

from discord_airflow.collectors.coverage import Proof
from discord_airflow.collectors.importer import import_file

RENAMED = user(name="mira.moss", nickname="Mira of the Moss")
WITH_ROLE = user(roles=[{"id": "7", "name": "Gardeners", "color": "#2ECC71", "position": 4}])

FIVE = {
    "new": document(
        message(0, "first"), message(1, author=WITH_ROLE), message(3, "one"), exported_at="2026-03-02T00:00:00+00:00"
    ),
    "edited": document(
        message(0, "second", timestampEdited=stamp(60)),
        message(1, author=WITH_ROLE),
        message(3, "two", timestampEdited=stamp(60)),
        exported_at="2026-03-03T00:00:00+00:00",
    ),
    "edited again": document(
        message(0, "first", timestampEdited=stamp(90)),
        message(1, author=WITH_ROLE),
        message(3, "three", timestampEdited=stamp(90)),
        exported_at="2026-03-04T00:00:00+00:00",
    ),
    "renamed": document(
        message(0, "first", timestampEdited=stamp(90), reactions=[reaction(OTTO_BLOCK, WITH_ROLE)]),
        message(1, author=RENAMED),
        message(2, "late", author=OTTO_BLOCK),
        message(3, "three", timestampEdited=stamp(90), author=RENAMED),
        exported_at="2026-03-05T00:00:00+00:00",
    ),
    "deleted": document(
        message(0, "first", timestampEdited=stamp(90), author=DELETED),
        message(1, author=DELETED),
        exported_at="2026-03-06T00:00:00+00:00",
    ),
}


@pytest.fixture
def five(tmp_path):
    """The files of five observations; the last one is proven complete, so messages 2 and 3 are gone."""
    return {name: write(tmp_path, root, f"{name}.json") for name, root in FIVE.items()}


GONE = Proof("complete", snowflake(0) - 1, snowflake(100))


def state_after(connection, names, five):
    """The contents of the tables after these imports into empty ones."""
    empty(connection)
    for name in names:
        import_file(connection, five[name], proof=GONE if name == "deleted" else None)
    return contents(connection)


def test_all_orders_of_five_observations_end_alike(connection, five):
    """
    New, edited, edited again, renamed with reactions grown, deleted (by proof, and the author's account): all 120
    orders leave the same rows.
    """
    orders = list(permutations(FIVE))
    expected = state_after(connection, orders[0], five)
    assert len(orders) == 120
    for order in orders[1:]:
        assert state_after(connection, order, five) == expected, order


def test_what_five_observations_end_in(connection, five):
    """
    And those rows are the right ones: the newest text, every other text once, the known author, the deletion.
    """
    state_after(connection, list(FIVE)[::-1], five)
    rows = connection.execute(
        "SELECT content, author_id, author_observed_at::date::text, deleted_at::date::text FROM messages ORDER BY id"
    ).fetchall()
    assert rows == [
        ("first", MIRA, "2026-03-05", None),
        ("hello", MIRA, "2026-03-05", None),
        ("late", 300000000000000002, None, "2026-03-06"),
        ("three", MIRA, None, "2026-03-06"),
    ]
    revisions = connection.execute(
        "SELECT content, observed_at::date::text FROM message_revisions ORDER BY content"
    ).fetchall()
    assert revisions == [("one", "2026-03-02"), ("second", "2026-03-03"), ("two", "2026-03-03")]
    names = connection.execute("SELECT name, sort FROM user_names WHERE user_id = %s ORDER BY 1, 2", [MIRA]).fetchall()
    assert names == [("Mira of the Moss", "nickname"), ("Mira.Fern", "nickname"), ("mira.fern", "username"),
                     ("mira.moss", "username")]  # fmt: skip
    authors = connection.execute("SELECT author_id, first_message_id, last_message_id FROM channel_authors").fetchall()
    assert authors == [(MIRA, snowflake(0), snowflake(1))]


observations = st.builds(
    lambda minute, content, edit, author, people, pinned: message(
        minute,
        content,
        author=author,
        timestampEdited=None if edit is None else stamp(edit),
        reactions=[reaction(*people)] if people else [],
        isPinned=pinned,
    ),
    st.integers(0, 2),
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from([None, 10, 20]),
    st.sampled_from([user(), RENAMED, WITH_ROLE, DELETED]),
    st.lists(st.sampled_from([OTTO_BLOCK, RENAMED]), max_size=2),
    st.booleans(),
)
files = st.builds(
    lambda messages, day, gone: (
        document(*sorted(messages, key=lambda one: one["id"]), exported_at=f"2026-03-{day:02d}T00:00:00+00:00"),
        Proof("complete", snowflake(0) - 1, snowflake(100)) if gone else None,
    ),
    st.lists(observations, min_size=1, max_size=3, unique_by=lambda one: one["id"]),
    st.integers(2, 28),
    st.booleans(),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    observed=st.lists(files, min_size=2, max_size=4, unique_by=lambda one: one[0]["exportedAt"]),
    shuffle=st.randoms(use_true_random=False),
    forms=st.booleans(),
)
def test_any_files_in_any_order_end_alike(shared, tmp_path, observed, shuffle, forms):
    """
    Whatever the files say, and in whatever layout, two orders of them leave the same rows.
    """
    paths = [
        (write(tmp_path, root, form=minified) if forms else write(tmp_path, root), proof) for root, proof in observed
    ]
    found = []
    for _ in range(2):
        empty(shared)
        for path, proof in paths:
            import_file(shared, path, proof=proof)
        found.append(contents(shared))
        shuffle.shuffle(paths)
    assert found[0] == found[1]
