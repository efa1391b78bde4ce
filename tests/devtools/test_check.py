"""`manage.py check-all`: what it checks, and with which environment."""

import pytest

from chengyang.devtools import check
from chengyang.devtools.paths import ROOT


def test_types_cover_actions_permissions_and_the_pure_packages():
    paths = check.typed_paths()
    expected = {"chengyang/lib/chinese", "chengyang/lib/vault", "chengyang/platform/accounts/actions"}
    assert expected <= {*paths}
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


def test_values_of_the_example_are_used(example):
    found = example("# comment\n\nALLOWED_HOSTS=portal.example.org\nexport PORTAL_HTTPS='on'\nSECRET_KEY=fixed\n")
    assert found["ALLOWED_HOSTS"] == "portal.example.org"
    assert found["PORTAL_HTTPS"] == "on"
    assert found["SECRET_KEY"] == "fixed"


@pytest.mark.parametrize("text", ["", "SECRET_KEY=\n", "SECRET_KEY=<make one>\n"])
def test_secrets_that_the_example_leaves_open_are_generated(example, text):
    first, second = example(text)["SECRET_KEY"], example(text)["SECRET_KEY"]
    assert len(first) > 50
    assert first != second


def test_checks_see_no_settings_of_the_developer(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "mine")
    monkeypatch.setenv("UNRELATED", "yes")
    found = check.without_settings()
    assert "SECRET_KEY" not in found
    assert found["UNRELATED"] == "yes"


def test_failed_check_is_reported_with_its_output():
    name, _seconds, failed, output = check.run("x", ["/bin/sh", "-c", "echo bad; exit 3"], {})
    assert (name, failed, output) == ("x", True, "bad\n")
