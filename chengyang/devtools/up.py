"""`manage.py up`: Postgres, Valkey, the web server and the worker, brought up, watched, and taken down in order."""

import contextlib
import fcntl
import http.client
import os
import signal
import socket
import sys
import time
import unicodedata
from dataclasses import dataclass, field

from . import paths, prepare, server_registry
from .paths import ROOT, Problem
from .postgres import Postgres
from .processes import MARK, Child, Supervisor, end_all, marked
from .valkey import Valkey

LOOK_EVERY = 0.3  # seconds between two looks at /readyz
READY_WITHIN = 120.0  # seconds from the start of the web server, on a slow machine
RESTARTS, RESTART_SPAN = 5, 60.0  # a part that ends more often than this within so many seconds stops everything
LONGEST_PAUSE = 8.0  # seconds before a restart

ROOT_IS_FINE = (
    "ignore::UserWarning:celery.platforms"  # it warns of root for the sake of pickled messages; ours are JSON
)

# In the order of the end: (signal or None for its own, seconds to wait); together under ten seconds.
GRACES = {
    "prepare": [(None, 2.0)],  # alone: the others have not started then
    "web": [(None, 2.8)],
    "worker": [(None, 3.5), (signal.SIGQUIT, 0.3)],
    "postgres": [(None, 1.8), (signal.SIGQUIT, 0.4)],  # an immediate shutdown loses nothing, the next start recovers
    "valkey": [(None, 0.8)],
}


@dataclass
class Part:
    """One thing that must run: `begin()` starts it and returns its `Child`."""

    name: str
    begin: callable
    child: Child | None = None
    ends: list = field(default_factory=list)  # when it ended unexpectedly

    def pause(self, now):
        """Note an unexpected end and return the seconds to wait before the next try, or None when it ends too often."""
        self.ends = [end for end in self.ends if now - end < RESTART_SPAN] + [now]
        return None if len(self.ends) > RESTARTS else min(2.0 ** (len(self.ends) - 2), LONGEST_PAUSE)


class Portal:
    """The whole portal for the data folder `home` on 127.0.0.1:`port`."""

    def __init__(self, home, port):
        self.home = home
        self.port = port
        self.parts = []
        self.supervisor = None  # until the data folder is ours
        self.own = {}  # addresses of the servers that we started, for our children's environment

    def run(self):
        """Bring it up and stay until a signal; raises `Problem` when it cannot come up or keeps falling."""
        with only_start(self.home):
            self.supervisor = Supervisor(self.home / "log")
            with self.supervisor.hearing():
                try:
                    self.bring_up()
                    self.watch()
                finally:
                    self.take_down()

    # ---- up ------------------------------------------------------------------------------------------------------
    def bring_up(self):
        """Start everything in order; each step is skipped once a signal has asked us to stop."""
        self.end_leftovers()
        require_free(self.port)
        for step in (self.start_postgres, self.start_valkey, self.prepare, self.greet, self.start_portal):
            if not self.supervisor.signalled:
                step()

    def end_leftovers(self):
        """End what a killed start left behind; its servers are ended by their own managers."""
        find = lambda: marked(self.home)  # noqa: E731
        if not end_all(find, signal.SIGTERM, 3) and not end_all(find, signal.SIGKILL, 2):
            raise Problem(f"Processes of an earlier start for {self.home} do not end: {list(find())}.")

    def start_postgres(self):
        if os.environ.get("DATABASE_URL"):
            return
        postgres = Postgres(self.home)
        self.begin("postgres", lambda: postgres.start(self.supervisor))
        if not self.supervisor.signalled:
            postgres.create_database()
            self.own["DATABASE_URL"] = server_registry.database_url(self.home)

    def start_valkey(self):
        if os.environ.get("REDIS_URL"):
            return
        valkey = Valkey(self.home)
        self.begin("valkey", lambda: valkey.start(self.supervisor))
        self.own["REDIS_URL"] = server_registry.redis_url(self.home)

    def prepare(self):
        """Bring database and files up to date in one process that is done before the portal starts."""
        part = self.begin("prepare", lambda: self.python("prepare", "-m", "chengyang.devtools.prepare", self.home))
        while part.child.alive() and not self.supervisor.signalled:
            self.supervisor.turn()
        if self.supervisor.signalled:
            return
        self.parts.remove(part)
        self.supervisor.stop(part.child, graces=[])
        if part.child.process.returncode:
            raise Problem(f"The portal could not be prepared: {self.supervisor.tail('prepare', lines=1)}")

    def start_portal(self):
        web = ("-m", "chengyang.devtools.web", self.home, self.port)
        worker = (
            *(
                "-W",
                ROOT_IS_FINE,
                "-m",
                "celery",
                "--app",
                "chengyang.celery",
                "--quiet",
                "--no-color",
                "worker",
                "--beat",
            ),
            *("--schedule", self.home / "run" / "beat", "--concurrency", 1, "--loglevel", "INFO"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        )
        self.begin("web", lambda: self.python("web", *web))
        self.begin("worker", lambda: self.python("worker", *worker))

    def begin(self, name, start):
        part = Part(name, start)
        part.child = start()
        self.parts.append(part)
        return part

    def python(self, name, *arguments):
        """Start our Python with `arguments` in the project, and return its `Child`."""
        child = Child(name, [sys.executable, *arguments], env=self.environment(), cwd=ROOT)
        self.supervisor.start(child)
        return child

    def environment(self):
        """Return what our Django processes see; with the demo, officers sign in without a second factor."""
        demo = os.environ.get("DEMO", "on") != "off" and prepare.read_state().get("demo", True)
        return {
            **({"STAFF_MFA": "off"} if demo else {}),
            **os.environ,
            **self.own,
            "PORTAL_ENV": "local",
            "CHENGYANG_HOME": str(self.home),
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            MARK: str(self.home),
        }

    # ---- running -------------------------------------------------------------------------------------------------
    def watch(self):
        """Announce readiness once, start again what ends by itself; returns when a signal asks us to stop."""
        until = time.monotonic() + READY_WITHIN
        next_look = 0.0  # None once it is ready
        while not self.supervisor.signalled:
            self.supervisor.turn()
            for part in self.parts:
                if not part.child.alive() and not self.supervisor.signalled:
                    self.revive(part)
            if next_look is not None and time.monotonic() >= next_look:
                next_look = None if self.look(until) else time.monotonic() + LOOK_EVERY

    def look(self, until):
        """Ask whether the portal is ready and say so; raises `Problem` when it is not by `until` (monotonic seconds)."""
        status, answer = ask(self.port, "/readyz")
        if status == 200:
            self.supervisor.say(f"portal ready on http://127.0.0.1:{self.port}")
        elif time.monotonic() > until:
            raise Problem(f"The portal is not ready after {READY_WITHIN:.0f} s: {answer or 'no answer'}")
        return status == 200

    def revive(self, part):
        """Start `part` again after a pause; raises `Problem` when it ends too often."""
        code = part.child.process.returncode
        pause = part.pause(time.monotonic())
        if pause is None:
            raise Problem(
                f"{part.name} ended {RESTARTS + 1} times within a minute (last code {code}); see "
                f"{self.supervisor.logs / part.name}.log:\n{self.supervisor.tail(part.name)}"
            )
        self.supervisor.say(f"{part.name} ended unexpectedly (code {code}); starting it again")
        self.supervisor.stop(part.child, graces=[])
        self.supervisor.wait(lambda: False, pause)
        if not self.supervisor.signalled:
            part.child = part.begin()

    # ---- down ----------------------------------------------------------------------------------------------------
    def take_down(self):
        """End web, worker, Postgres and Valkey, in this order; nothing is left."""
        if not self.supervisor.children:
            return
        self.supervisor.say("stopping")
        for child in sorted(self.supervisor.children, key=lambda child: list(GRACES).index(child.name)):
            self.supervisor.stop(child, graces=GRACES[child.name])
        for note in ("postgres.json", "valkey.json"):
            server_registry.forget(self.home, note)
        self.supervisor.say("portal stopped")

    # ---- telling -------------------------------------------------------------------------------------------------
    def greet(self):
        """Print where to go and, with the demo, who may sign in."""
        self.supervisor.say(
            f"\n  public site   http://127.0.0.1:{self.port}/\n  staff admin   http://127.0.0.1:{self.port}/manage/"
        )
        accounts = self.home / "demo-accounts.txt"
        if accounts.exists():
            self.supervisor.say(f"  demo phone    http://127.0.0.1:{self.port}/demo/phone/  (codes that were sent)")
            rows = [line.split("\t") for line in accounts.read_text(encoding="utf-8").splitlines()]
            self.supervisor.say(f"  demo accounts (also in {accounts}):\n{table(rows)}")
        self.supervisor.say("")


def main():
    """Read the environment, then run the portal until it is asked to stop."""
    if os.environ.get("PORTAL_ENV", "local") != "local":
        raise Problem(
            "PORTAL_ENV is not local: `up` is for one machine; docs/configuration.md says how production starts."
        )
    Portal(paths.home(), read_port()).run()


def read_port():
    """Return the port of `PORT` (default 8000); raises `Problem`."""
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text) < 65536:
        raise Problem(f"PORT is {text!r}; set it to a number from 1 to 65535.")
    return int(text)


@contextlib.contextmanager
def only_start(home):
    """Hold the data folder `home` for this process; raises `Problem` when another start holds it."""
    try:
        handle = open(server_registry.run_folder(home) / "up.lock", "a+")  # noqa: SIM115
    except OSError as error:
        raise Problem(
            f"The data folder {home} cannot be used ({error.strerror}); set CHENGYANG_HOME to another."
        ) from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            raise Problem(
                f"The portal already runs in {home} (process {handle.read().strip()}); stop it first."
            ) from None
        handle.truncate(0)
        handle.write(f"{os.getpid()}\n")
        handle.flush()
        yield


def require_free(port):
    """Raise `Problem` when something listens on 127.0.0.1:`port` or we may not."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Problem(f"Port {port} cannot be used ({error.strerror}): set PORT to another one.") from None


def ask(port, path, patience=2.0):
    """Return (status, text) of a local page; (0, "") when nobody answers within `patience` seconds."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        link.request("GET", path)
        answer = link.getresponse()
        return answer.status, answer.read(2000).decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        link.close()


def table(rows):
    """Return `rows` of texts as aligned lines; a Chinese character is two columns wide."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=False)]
    lines = []
    for row in rows:
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=False)]
        lines.append("    " + "  ".join(cells).rstrip())
    return "\n".join(lines)


def _width(text):
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


if __name__ == "__main__":
    paths.run(main)
