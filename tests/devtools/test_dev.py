"""`manage.py dev`, in a copy of the project whose files the tests change."""

import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from chengyang.devtools import dev
from chengyang.devtools.paths import ROOT, Problem
from tests.devtools.portal_process import READY, TIMEOUT, PortalProcess

LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "var", "tests", "bench", "docs", "test-output")
WORKER_READY = r"^worker .*celery@\S+ ready"
PAGES = """
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse

@login_not_required
def saved(request):
    return HttpResponse("VERSION")

@login_not_required
def broken(request):
    raise ValueError("a deliberate error")

urlpatterns += [path("saved/", saved), path("broken/", broken)]
"""


class Project(PortalProcess):
    """`dev` in a copy of the project, with functions that save files of the copy."""

    def save(self, path, text):
        """Write `text` to the file `path` of the copy."""
        (self.root / path).write_text(text, encoding="utf-8")

    def read_file(self, path):
        return (self.root / path).read_text(encoding="utf-8")

    def get(self, path):
        """Return (status, headers, text) of a page."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            link.request("GET", path)
            answer = link.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            link.close()

    def shows(self, path, text, timeout=TIMEOUT):
        """Return whether the page `path` contains `text` within `timeout` seconds."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            try:
                if text in self.get(path)[2]:
                    return True
            except OSError:  # while the server reloads
                pass
            self.read(0.1)
        return False


@pytest.fixture(scope="module")
def project(databases):
    """The copy, with a migrated database on the server of this run; its Valkey is started by `dev`."""
    folder = Path(tempfile.mkdtemp(prefix="portal-"))
    folder.chmod(0o755)
    shutil.copytree(ROOT, folder / "project", ignore=LEFT_OUT)
    database = f"{databases.copy}_dev"
    databases.create(database, databases.template)
    one = Project(folder / "var", "dev", folder / "project")
    one.save("chengyang/urls.py", one.read_file("chengyang/urls.py") + PAGES)
    one.variables = {"DATABASE_URL": os.environ["DATABASE_URL"].replace("/chengyang?", f"/{database}?")}
    yield one
    one.ensure_stopped()
    databases.drop(database)
    shutil.rmtree(folder)


@pytest.fixture
def running(project):
    if not project.is_running():
        project.start(**project.variables).wait_for(READY)
    return project


def test_pages_are_served(running):
    assert running.get("/")[0] == 200


def test_static_files_are_served_without_being_collected(running):
    status, headers, text = running.get("/static/css/tokens.css")
    assert (status, headers["Content-Type"]) == (200, 'text/css; charset="utf-8"')
    assert text == (ROOT / "static/css/tokens.css").read_text()
    assert list((running.home / "static").iterdir()) == []


def test_server_listens_on_the_loopback_address_only(running):
    listening = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    addresses = {row[1].partition(":")[0] for row in listening if row[1].endswith(f":{running.port:04X}")}
    assert addresses == {"0100007F"}


def test_saved_template_is_shown_by_the_next_request(running):
    base = running.read_file("templates/base.html")
    running.save("templates/base.html", base.replace("</body>", "<p>saved just now</p></body>"))
    assert "saved just now" in running.get("/")[2]


def test_saved_code_is_shown_after_a_reload(running):
    urls = running.read_file("chengyang/urls.py")
    running.save("chengyang/urls.py", urls.replace("VERSION", "the second version"))
    assert running.shows("/saved/", "the second version")


def test_worker_restarts_when_a_file_is_saved(running):
    running.save("chengyang/celery.py", running.read_file("chengyang/celery.py") + "\n# saved\n")
    running.wait_for(r"^chengyang/celery.py has changed; starting web and worker again$")
    running.wait_for(WORKER_READY)


def test_worker_with_broken_code_waits_for_the_next_save(running):
    code = running.read_file("chengyang/celery.py")
    running.save("chengyang/celery.py", code + "\nthis is no Python\n")
    running.wait_for(r"^worker ended \(code \d+\); it starts again when a file is saved$")
    running.save("chengyang/celery.py", code)
    running.wait_for(WORKER_READY)
    assert running.shows("/healthz", "ok")


def test_web_server_that_ends_after_a_save_starts_with_what_is_saved(running):
    running.save("templates/base.html", running.read_file("templates/base.html") + "\n")  # no reason for it to reload
    os.killpg(os.getpgid(running.pid_of("runserver")), signal.SIGKILL)
    running.wait_for(r"^web ended, and a file has changed since; starting it again$")
    assert running.shows("/healthz", "ok")


def test_error_page_shows_the_traceback_and_has_no_policy_that_blocks_its_style(running):
    status, headers, text = running.get("/broken/")
    assert (status, headers["Content-Security-Policy"]) == (500, None)
    assert "a deliberate error" in text


def test_other_pages_keep_the_policy(running):
    assert "style-src 'self'" in running.get("/")[1]["Content-Security-Policy"]


@pytest.mark.browser
def test_error_page_is_readable_in_a_browser(running, browser):
    page = browser.new_page()
    complaints = []
    page.on("console", lambda line: complaints.append(line.text) if "Security Policy" in line.text else None)
    page.goto(f"http://127.0.0.1:{running.port}/broken/")
    page.screenshot(path=ROOT / "test-output" / "debug-error.png")
    assert page.locator("pre.exception_value").inner_text() == "a deliberate error"
    assert page.locator("#summary").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 255, 204)"
    assert complaints == []
    page.close()


def test_up_is_refused_in_the_same_data_folder(running):
    variables = {**os.environ, "CHENGYANG_HOME": str(running.home), "PORT": "1"}
    command = [sys.executable, "-m", "chengyang.devtools.up"]
    second = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True)
    assert second.stderr.startswith(f"The portal already runs in {running.home} (process {running.process.pid})")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_everything(running, number):
    assert running.stop(number) == 0
    assert running.pids() == set()
    assert running.output.rstrip().endswith("portal stopped")


def test_production_is_refused(monkeypatch):
    monkeypatch.setenv("PORTAL_ENV", "production")
    with pytest.raises(Problem, match="`dev` is for one machine"):
        dev.main()


# ---- watched files ---------------------------------------------------------------------------------------------------
def test_watched_files_are_those_that_the_worker_loads(tmp_path):
    watched = ("app/tasks.py", "templates/notices/a.txt", "locale/zh/django.mo")
    others = ("app/__pycache__/tasks.py", "tests/test_a.py", "app/notes.rst", "var/a.txt", "data/a.txt", ".git/a.py")
    others += ("venv/lib/a.py", "venv/pyvenv.cfg")
    for name in (*watched, *others):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = dev.sources(tmp_path, skip=tmp_path / "data")
    assert {os.path.relpath(path, tmp_path) for path in found} == {*watched}


def test_saving_a_file_changes_the_watched_files(tmp_path):
    file = tmp_path / "tasks.py"
    file.touch()
    before = dev.sources(tmp_path, skip=tmp_path / "var")
    os.utime(file, ns=(0, 1))
    assert dev.sources(tmp_path, skip=tmp_path / "var") != before
