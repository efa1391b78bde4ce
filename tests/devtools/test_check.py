"""`check-all` and `test`: what they run and in which surroundings."""

import pytest

from chengyang.devtools import check, xdist_isolation
from chengyang.devtools import test as command
from chengyang.devtools.paths import ROOT


def test_types_cover_actions_permissions_and_the_pure_rooms():
    paths = check.typed_paths()
    assert {"chengyang/lib/chinese", "chengyang/lib/vault"} <= set(paths)
    assert all((ROOT / path).exists() for path in paths)


def test_types_leave_tests_out():
    assert [path for path in check.typed_paths() if path.startswith("tests/")] == []


@pytest.fixture
def example(tmp_path, monkeypatch):
    """Return a function that reads the given text as the example of a deployment."""

    def read(text):
        path = tmp_path / "portal.env.example"
        path.write_text(text)
        monkeypatch.setattr(check, "EXAMPLE", path)
        return check.example()

    return read


def test_example_is_used_as_it_stands(example):
    found = example("# comment\n\nALLOWED_HOSTS=portal.example.org\nexport PORTAL_HTTPS='on'\nSECRET_KEY=fixed\n")
    assert found["ALLOWED_HOSTS"] == "portal.example.org"
    assert found["PORTAL_HTTPS"] == "on"
    assert found["SECRET_KEY"] == "fixed"


@pytest.mark.parametrize("text", ["", "SECRET_KEY=\n", "SECRET_KEY=<make one>\n"])
def test_secrets_left_out_are_made_up(example, text):
    first, second = example(text)["SECRET_KEY"], example(text)["SECRET_KEY"]
    assert len(first) > 50
    assert first != second


def test_failed_check_is_told_with_what_it_said():
    name, _seconds, failed, output = check.run("x", ["/bin/sh", "-c", "echo bad; exit 3"], {})
    assert (name, failed, output) == ("x", True, "bad\n")


def test_tests_see_nothing_of_the_developers_settings(monkeypatch, tmp_path):
    monkeypatch.setenv("STAFF_MFA", "off")
    monkeypatch.setenv("KEPT", "yes")
    found = command.environment(tmp_path)
    assert "STAFF_MFA" not in found
    assert found["KEPT"] == "yes"
    assert found["CHENGYANG_HOME"] == str(tmp_path)


def test_servers_of_a_run_are_gone_with_their_folder(capfd):
    code = command.run(["/bin/sh", "-c", 'echo "$CHENGYANG_HOME"; test -S "$CHENGYANG_HOME"/run/valkey/valkey.sock'])
    home = capfd.readouterr().out.strip()
    assert code == 0
    assert command.Path(home).name.startswith("chengyang-test-")
    assert not command.Path(home).exists()


def test_exit_code_is_that_of_the_tests():
    assert command.run(["/bin/sh", "-c", "exit 5"]) == 5


def test_workers_have_a_cache_and_a_data_folder_each():
    found = {"PYTEST_XDIST_WORKER": "gw1", "REDIS_URL": "unix:///run/a.sock?db=0", "CHENGYANG_HOME": "/tmp/home"}
    xdist_isolation.separate(found)
    assert found["REDIS_URL"] == "unix:///run/a.sock?db=2"
    assert found["CHENGYANG_HOME"] == "/tmp/home/gw1"


def test_one_process_keeps_what_it_has():
    found = {"REDIS_URL": "unix:///run/a.sock?db=0", "CHENGYANG_HOME": "/tmp/home"}
    xdist_isolation.separate(found)
    assert found == {"REDIS_URL": "unix:///run/a.sock?db=0", "CHENGYANG_HOME": "/tmp/home"}
