"""`manage.py test`: servers, kept clusters, and the number of processes."""

import subprocess
import sys
from pathlib import Path

import pytest

from chengyang.devtools import test as command
from chengyang.devtools.paths import ROOT, Problem
from chengyang.devtools.processes import marked

ONE_TEST = "tests/vault/test_keys.py"


# ---- without --keep --------------------------------------------------------------------------------------------------
def test_servers_of_a_run_are_gone_with_their_folder(capfd):
    assert command.run(["/bin/sh", "-c", 'echo "$CHENGYANG_UP"; test -S "$CHENGYANG_UP"/run/valkey/valkey.sock']) == 0
    home = Path(capfd.readouterr().out.strip())
    assert home.name.startswith("chengyang-test-")
    assert not home.exists()


def test_exit_code_is_that_of_the_tests():
    assert command.run(["/bin/sh", "-c", "exit 5"]) == 5


def test_tests_see_no_settings_of_the_developer(monkeypatch, tmp_path):
    monkeypatch.setenv("STAFF_MFA", "off")
    monkeypatch.setenv("UNRELATED", "yes")
    found = command.environment(tmp_path, tmp_path / "files")
    assert "STAFF_MFA" not in found
    assert found["UNRELATED"] == "yes"
    assert found["CHENGYANG_HOME"] == str(tmp_path / "files")


# ---- processes -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ([], ["-n", command.WORKERS, "--dist", "loadfile", "--no-loadscope-reorder"]),
        (["-q", "-k", "price"], ["-n", command.WORKERS, "--dist", "loadfile", "--no-loadscope-reorder"]),
        (["tests/vault"], ["-n", command.WORKERS, "--dist", "loadfile", "--no-loadscope-reorder"]),
        (
            [ONE_TEST, "tests/vault/test_fields.py"],
            ["-n", command.WORKERS, "--dist", "loadfile", "--no-loadscope-reorder"],
        ),
        ([ONE_TEST], ["-n", "0"]),
        (["-x", f"{ONE_TEST}::test_a", f"{ONE_TEST}::test_b[1]"], ["-n", "0"]),
        (["-n4", ONE_TEST], []),
        (["--pdb"], []),
    ],
)
def test_number_of_processes(arguments, options):
    assert command.workers(arguments) == options


# ---- --keep ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def kept(monkeypatch, home):
    """The folder of the kept cluster, below a temporary data folder."""
    monkeypatch.setenv("CHENGYANG_HOME", str(home))
    return home / "test"


def psql(statement):
    """Return the command that runs `statement` in the servers of a run and prints the first value."""
    script = (
        "import os, sys, psycopg2; link = psycopg2.connect(os.environ['DATABASE_URL']); link.autocommit = True;"
        "cursor = link.cursor(); cursor.execute(sys.argv[1]); print(cursor.fetchone()[0])"
    )
    return [sys.executable, "-c", script, statement]


def test_kept_cluster_has_its_databases_at_the_next_run(kept, capfd):
    command.run(psql("CREATE TABLE kept AS SELECT 42 AS answer; SELECT answer FROM kept"), keep=True)
    assert command.run(psql("SELECT answer FROM kept"), keep=True) == 0
    assert capfd.readouterr().out == "42\n42\n"


def test_kept_cluster_leaves_no_process(kept):
    command.run(["/bin/true"], keep=True)
    assert list(marked(kept)) == []


def test_kept_cluster_is_made_again_after_a_reboot(kept, capfd):
    command.run(psql("CREATE TABLE kept AS SELECT 42 AS answer; SELECT answer FROM kept"), keep=True)
    (kept / "boot_id").write_text("another boot\n")
    command.run(psql("SELECT to_regclass('kept') IS NULL"), keep=True)
    assert capfd.readouterr().out == "42\nTrue\n"


def test_second_run_with_keep_waits_for_the_first(kept):
    script = (
        "import sys, time; from chengyang.devtools import test;"
        "test.run(['/bin/sh', '-c', sys.argv[1]], keep=True); print('ended', flush=True)"
    )
    start = [sys.executable, "-c", script]
    first = subprocess.Popen([*start, "echo started; sleep 2"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert first.stdout.readline() == "started\n"
    second = subprocess.run([*start, "true"], cwd=ROOT, capture_output=True, text=True)
    assert second.stdout.startswith(f"Another `manage.py test --keep` runs (process {first.pid}); waiting for its end.")
    assert first.communicate()[0] == "ended\n"


# ---- --servers environment -------------------------------------------------------------------------------------------
def test_servers_of_the_environment_must_both_be_named(monkeypatch):
    monkeypatch.delenv("REDIS_URL", raising=False)
    with pytest.raises(Problem, match="needs DATABASE_URL and REDIS_URL"):
        command.main(["--servers", "environment"])


def test_servers_of_the_environment_are_used(monkeypatch, capfd):
    monkeypatch.setenv("DATABASE_URL", "postgresql:///mine")
    monkeypatch.setenv("REDIS_URL", "redis://mine")
    assert command.run_in_environment(["/bin/sh", "-c", 'echo "$DATABASE_URL $REDIS_URL"']) == 0
    assert capfd.readouterr().out == "postgresql:///mine redis://mine\n"
