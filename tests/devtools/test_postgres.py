"""Postgres as `up` runs it, with real clusters."""

import os
import pwd
import signal
import subprocess
import sys

import psycopg2
import pytest

from chengyang.devtools import postgres as module
from chengyang.devtools import server_registry
from chengyang.devtools.paths import Problem
from chengyang.devtools.postgres import Postgres
from chengyang.devtools.processes import signal_all, working_in

FAST = [(None, 5)]


def ask(cluster, query, *, answers=True):
    link = psycopg2.connect(host=str(cluster.sockets), user="postgres", dbname="postgres")
    try:
        link.autocommit = True
        with link.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone()[0] if answers else None
    finally:
        link.close()


@pytest.fixture
def cluster(home):
    return Postgres(home, durable=False)


def kill_all(cluster):
    """Leave what a power failure leaves: files, and no process."""
    return signal_all(lambda: working_in(cluster.data), signal.SIGKILL, 5)


def test_new_cluster_is_utf8_and_private(cluster, supervisor):
    cluster.start(supervisor)
    assert ask(cluster, "SHOW server_encoding") == "UTF8"
    assert ask(cluster, "SELECT datctype FROM pg_database WHERE datname = 'postgres'") == "C.UTF-8"
    assert ask(cluster, "SHOW listen_addresses") == ""
    assert cluster.sockets.stat().st_mode & 0o777 == 0o700


@pytest.fixture
def other_groups(as_root):
    """Add a supplementary group to this process, which must run as root."""
    before = os.getgroups()
    os.setgroups([*before, 4])
    yield
    os.setgroups(before)


@pytest.mark.usefixtures("other_groups")
def test_root_runs_it_as_nobody_without_other_groups(cluster, supervisor):
    child = cluster.start(supervisor)
    with open(f"/proc/{child.pid}/status") as status:
        facts = dict(line.rstrip("\n").split(":\t", 1) for line in status)
    assert facts["Uid"].split()[0] == str(module.nobody()[0])
    assert facts["Groups"].split() == []


@pytest.mark.parametrize(("durable", "fsync"), [(True, "on"), (False, "off")])
def test_only_the_cluster_of_tests_writes_without_fsync(home, supervisor, durable, fsync):
    cluster = Postgres(home, durable=durable)
    cluster.start(supervisor)
    assert ask(cluster, "SHOW fsync") == fsync
    assert ask(cluster, "SHOW full_page_writes") == fsync


def test_connections_suffice_for_the_race_tests(cluster, supervisor):
    cluster.start(supervisor)
    assert ask(cluster, "SHOW max_connections") == "300"


def test_committed_rows_survive_kill(home, supervisor):
    cluster = Postgres(home)
    child = cluster.start(supervisor)
    ask(cluster, "CREATE TABLE kept AS SELECT 42 AS answer", answers=False)
    kill_all(cluster)
    supervisor.stop(child, timeouts=[])
    cluster.start(supervisor)
    assert ask(cluster, "SELECT answer FROM kept") == 42


def test_pid_file_with_a_reused_process_id_is_deleted(cluster, supervisor):
    child = cluster.start(supervisor)
    pid_file = cluster.data / "postmaster.pid"
    content = pid_file.read_text()
    supervisor.stop(child, timeouts=FAST)
    other = subprocess.Popen(["/bin/sleep", "60"], **module.as_account(cluster.account))
    try:
        pid_file.write_text(content.replace(str(child.pid), str(other.pid), 1))
        cluster.start(supervisor)
        assert cluster.is_ready()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_leftover_server_is_stopped_before_the_next_start(cluster, supervisor):
    left = cluster.start(supervisor)
    again = Postgres(cluster.home, durable=False)
    again.clear_leftovers()
    assert not left.is_running()
    assert not (cluster.data / "postmaster.pid").exists()


def test_interrupted_initialisation_leaves_no_cluster(cluster, supervisor):
    draft = cluster.base / "postgres.new"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18\n")
    cluster.start(supervisor)
    assert cluster.is_ready()
    assert not draft.exists()


def test_cluster_of_another_version_is_one_sentence(home):
    (home / "postgres").mkdir()
    (home / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(Problem, match="was made by Postgres 9, but only Postgres 18") as caught:
        Postgres(home)
    assert "\n" not in str(caught.value)


def test_wrong_pg_bin_is_one_sentence(home, monkeypatch):
    monkeypatch.setenv("PG_BIN", "/nowhere")
    with pytest.raises(Problem, match="PG_BIN is '/nowhere'"):
        Postgres(home)


def test_database_is_made_once(cluster, supervisor):
    cluster.start(supervisor)
    cluster.create_database()
    cluster.create_database()
    assert ask(cluster, "SELECT count(*) FROM pg_database WHERE datname = 'chengyang'") == 1


def test_other_commands_find_the_server_only_while_it_runs(cluster, supervisor):
    child = cluster.start(supervisor)
    cluster.create_database()
    assert server_registry.database_url(cluster.home) == f"postgresql://postgres@/chengyang?host={cluster.sockets}"
    supervisor.stop(child, timeouts=FAST)
    assert server_registry.database_url(cluster.home) is None


def test_long_data_folder_gets_a_short_socket(home, supervisor):
    deep = home / ("长" * 25) / ("d" * 40)
    cluster = Postgres(deep, durable=False)
    cluster.start(supervisor)
    try:
        assert cluster.is_ready()
        assert len(os.fsencode(cluster.sockets / ".s.PGSQL.5432")) <= 107
    finally:
        cluster.destroy()


def test_socket_folder_that_others_may_enter_is_refused(home):
    folder = home / "open"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    with pytest.raises(Problem, match="is not private"):
        module.make_socket_folder(folder, None)


@pytest.mark.usefixtures("as_root")
def test_closed_folder_keeps_its_mode_and_the_cluster_is_stored_outside(closed_home, supervisor):
    cluster = Postgres(closed_home, durable=False)
    try:
        supervisor.stop(cluster.start(supervisor), timeouts=FAST)
        assert closed_home.parent.stat().st_mode & 0o777 == 0o700
        assert (closed_home / "postgres.path").read_text().strip() == str(cluster.data)
        assert Postgres(closed_home, durable=False).data == cluster.data
    finally:
        cluster.destroy()
    assert not cluster.base.exists()


@pytest.mark.usefixtures("as_root")
def test_programs_that_nobody_cannot_run_are_copied_with_their_libraries(home, supervisor, monkeypatch):
    monkeypatch.setattr(module, "can_run", lambda program, account: False)
    cluster = Postgres(home, durable=False)
    cluster.start(supervisor)
    assert cluster.binaries.folder.is_relative_to(home)
    assert ask(cluster, "SELECT 1") == 1


@pytest.mark.usefixtures("as_root")
def test_root_runs_the_cluster_of_an_ordinary_account_as_that_account(home):
    data, games = home / "postgres", pwd.getpwnam("games")
    data.mkdir()
    (data / "PG_VERSION").write_text("18\n")
    os.chown(data, games.pw_uid, games.pw_gid)
    assert Postgres(home).account == (games.pw_uid, games.pw_gid)


def test_missing_cluster_is_one_sentence(home):
    (home / "postgres.path").write_text("/nowhere/postgres\n")
    with pytest.raises(Problem, match="which holds no database"):
        Postgres(home)


def test_server_ends_when_its_parent_is_killed(home):
    script = (
        "import sys, time; from chengyang.devtools.postgres import Postgres;"
        "from chengyang.devtools.processes import Supervisor;"
        "Postgres(sys.argv[1], durable=False).start(Supervisor(sys.argv[1] + '/log', echo=False));"
        "print('started', flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, str(home)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout.readline() == "started\n"
    parent.kill()
    parent.communicate()
    assert signal_all(lambda: working_in(home / "postgres"), 0, 5)
