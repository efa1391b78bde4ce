"""`manage.py up`: start Postgres, Valkey, the web server and the worker, supervise them, and stop them in order."""

import contextlib
import fcntl
import http.client
import os
import signal
import socket
import sys
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from . import forks, paths, prepare, server_registry, web, worker
from .paths import ROOT, Problem
from .postgres import Postgres
from .processes import MARK, Child, Supervisor, marked, signal_all
from .valkey import Valkey

HEALTH_CHECK_INTERVAL = 0.1  # seconds between two requests to /readyz
READY_TIMEOUT = 120.0  # seconds from the start of the web server, on a slow machine
MAX_RESTARTS, RESTART_PERIOD = 5, 60.0  # a service that ends more often within so many seconds stops everything
MAX_BACKOFF = 8.0  # seconds before a restart

# In the order of the shutdown: (signal or None for the stop signal, seconds to wait). Together less than ten seconds.
SHUTDOWN_TIMEOUTS = {
    "prepare": [(None, 2.0)],  # runs alone, before web and worker
    "web": [(None, 2.8)],
    "worker": [(None, 3.5), (signal.SIGQUIT, 0.3)],
    "postgres": [(None, 1.8), (signal.SIGQUIT, 0.4)],  # an immediate shutdown loses nothing: the next start recovers
    "valkey": [(None, 0.8)],
}


@dataclass
class Service:
    """A process that must run; `start()` starts it and returns its `Child`."""

    name: str
    start: Callable
    child: Child | None = None
    exits: list = field(default_factory=list)  # times of unexpected exits, in monotonic seconds

    def backoff(self, now):
        """Record an unexpected exit at `now`; return the seconds to wait before a restart, or None after too many."""
        self.exits = [time for time in self.exits if now - time < RESTART_PERIOD] + [now]
        return None if len(self.exits) > MAX_RESTARTS else min(2.0 ** (len(self.exits) - 2), MAX_BACKOFF)


class Portal:
    """All servers of the portal for the data folder `home` (a path), on 127.0.0.1:`port`."""

    def __init__(self, home, port):
        self.home = home
        self.port = port
        self.services = []
        self.supervisor = None  # until the lock of the data folder is held
        self.own = {}  # addresses of the servers that we started, for the environment of the others
        self.schedule = home / "run" / "beat"  # file of the scheduler
        self.forked = {}  # {name: Child} that came out of the preparation

    def run(self):
        """Start everything and return after a signal; raises `Problem` when a server cannot start or keeps ending."""
        with locked(self.home):
            self.supervisor = Supervisor(self.home / "log")
            with self.supervisor.handle_signals():
                try:
                    self.start()
                    self.supervise()
                finally:
                    self.stop()

    # ---- start ---------------------------------------------------------------------------------------------------
    def start(self):
        """Start everything in order; after a signal, the remaining steps are skipped."""
        self.stop_leftovers()
        require_free(self.port)
        for step in (self.start_postgres, self.start_valkey, self.prepare, self.print_addresses, self.start_portal):
            if not self.supervisor.signalled:
                step()

    def stop_leftovers(self):
        """Stop processes that an earlier start, which was killed, left behind."""
        find = lambda: marked(self.home)  # noqa: E731
        if not signal_all(find, signal.SIGTERM, 3) and not signal_all(find, signal.SIGKILL, 2):
            raise Problem(f"Processes of an earlier start for {self.home} do not stop: {list(find())}.")

    def start_postgres(self):
        """Start Postgres, unless DATABASE_URL names another server."""
        if os.environ.get("DATABASE_URL"):
            return
        postgres = Postgres(self.home)
        self.add("postgres", lambda: postgres.start(self.supervisor))
        if not self.supervisor.signalled:
            postgres.create_database()
            self.own["DATABASE_URL"] = server_registry.database_url(self.home)

    def start_valkey(self):
        """Start Valkey, unless REDIS_URL names another server."""
        if os.environ.get("REDIS_URL"):
            return
        valkey = Valkey(self.home)
        self.add("valkey", lambda: valkey.start(self.supervisor))
        self.own["REDIS_URL"] = server_registry.redis_url(self.home)

    def prepare(self):
        """Bring database and files up to date, and load the portal, in a process that ends before the others start."""
        if not forks.are_possible():
            self.run_first("chengyang.devtools.prepare", self.home)
            return
        report, outputs = os.pipe(), {name: os.pipe() for name in ("web", "worker")}
        ends = (report[1], *(pipe[1] for pipe in outputs.values()))
        with os.fdopen(report[0], "rb") as lines:
            try:
                with forks.adopting():
                    arguments = (self.home, self.port, self.schedule, *ends)
                    self.run_first("chengyang.devtools.preloaded", *arguments, pass_fds=ends)
            finally:
                for end in ends:
                    os.close(end)
            for name, pid in (line.decode().split() for line in lines):
                child = self.forked[name] = Child(name, [], env={})
                child.process = forks.Forked(int(pid), os.fdopen(outputs[name][0], "rb"))
                self.supervisor.adopt(child)

    def run_first(self, module, *arguments, **options):
        """Run `python -m module` until it ends or a signal arrives; raises `Problem` when it fails."""
        service = self.add("prepare", lambda: self.python("prepare", "-m", module, *arguments, **options))
        while service.child.is_running() and not self.supervisor.signalled:
            self.supervisor.poll()
        self.services.remove(service)
        self.supervisor.stop(service.child, timeouts=SHUTDOWN_TIMEOUTS["prepare"])
        if service.child.process.returncode and not self.supervisor.signalled:
            raise Problem(f"The portal could not be prepared: {self.supervisor.tail('prepare', lines=1)}")

    def start_portal(self):
        """Start the web server and the worker, unless they were forked."""
        self.add("web", lambda: self.python("web", *web.COMMAND, self.home, self.port), child=self.forked.get("web"))
        self.add("worker", self.start_worker, child=self.forked.get("worker"))

    def start_worker(self):
        """Start the worker with the scheduler in it, and return its `Child`."""
        return self.python("worker", *worker.COMMAND, self.schedule)

    def add(self, name, start, child=None):
        """Supervise a service from now on, and start it unless it runs as `child`; return it."""
        service = Service(name, start)
        service.child = child or start()
        self.services.append(service)
        return service

    def python(self, name, *arguments, **options):
        """Start our Python with `arguments` in the project folder, and return its `Child`; `options` are those of `Child`."""
        child = Child(name, [sys.executable, *arguments], env=self.environment(name), cwd=ROOT, **options)
        self.supervisor.start(child)
        return child

    def environment(self, name):
        """Return the environment of the Django process `name`; with the demonstration, officers need no second factor."""
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

    # ---- supervision ---------------------------------------------------------------------------------------------
    def supervise(self):
        """Print one line when the portal is ready and restart services that end; return after a signal."""
        deadline = time.monotonic() + READY_TIMEOUT
        next_check = 0.0  # None once the portal is ready
        while not self.supervisor.signalled:
            self.supervisor.poll()
            self.on_poll()
            for service in self.services:
                if not service.child.is_running() and not self.supervisor.signalled:
                    self.restart(service)
            if next_check is not None and time.monotonic() >= next_check:
                next_check = None if self.check_health(deadline) else time.monotonic() + HEALTH_CHECK_INTERVAL

    def on_poll(self):
        """Do nothing; `dev` checks here whether a file has changed."""

    def check_health(self, deadline):
        """Return whether the portal is ready, and print it; raises `Problem` after `deadline` (monotonic seconds)."""
        status, answer = get(self.port, "/readyz")
        if status == 200:
            self.supervisor.print(f"portal ready on http://127.0.0.1:{self.port}")
        elif time.monotonic() > deadline:
            raise Problem(f"The portal is not ready after {READY_TIMEOUT:.0f} s: {answer or 'no answer'}")
        return status == 200

    def restart(self, service):
        """Start an ended `service` again after a pause; raises `Problem` when it ends too often."""
        code = service.child.process.returncode
        pause = service.backoff(time.monotonic())
        if pause is None:
            raise Problem(
                f"{service.name} ended {MAX_RESTARTS + 1} times within a minute (last code {code}); see "
                f"{self.supervisor.logs / service.name}.log:\n{self.supervisor.tail(service.name)}"
            )
        self.supervisor.print(f"{service.name} ended unexpectedly (code {code}); starting it again")
        self.supervisor.stop(service.child, timeouts=[])
        self.supervisor.wait(lambda: False, pause)
        if not self.supervisor.signalled:
            service.child = service.start()

    # ---- shutdown ------------------------------------------------------------------------------------------------
    def stop(self):
        """Stop web server, worker, Postgres and Valkey, in this order."""
        if not self.supervisor.children:
            return
        self.supervisor.print("stopping")
        order = list(SHUTDOWN_TIMEOUTS)
        for child in sorted(self.supervisor.children, key=lambda child: order.index(child.name)):
            self.supervisor.stop(child, timeouts=SHUTDOWN_TIMEOUTS[child.name])
        for name in ("postgres.json", "valkey.json"):
            server_registry.remove(self.home, name)
        self.supervisor.print("portal stopped")

    # ---- output --------------------------------------------------------------------------------------------------
    def print_addresses(self):
        """Print the addresses of the portal and, with the demonstration, its accounts."""
        self.supervisor.print(
            f"\n  public site   http://127.0.0.1:{self.port}/\n  staff admin   http://127.0.0.1:{self.port}/manage/"
        )
        accounts = self.home / "demo-accounts.txt"
        if accounts.exists():
            self.supervisor.print(f"  demo phone    http://127.0.0.1:{self.port}/demo/phone/  (codes that were sent)")
            rows = [line.split("\t") for line in accounts.read_text(encoding="utf-8").splitlines()]
            self.supervisor.print(f"  demo accounts (also in {accounts}):\n{table(rows)}")
        self.supervisor.print("")


def main():
    """Run the portal of the environment (CHENGYANG_HOME, PORT) until a signal; raises `Problem`."""
    require_local("up")
    Portal(paths.home(), read_port()).run()


def require_local(command):
    """Raise `Problem` in production: `command` starts servers for one machine."""
    if os.environ.get("PORTAL_ENV", "local") != "local":
        raise Problem(
            f"PORTAL_ENV is not local: `{command}` is for one machine; docs/configuration.md says how production starts."
        )


def read_port():
    """Return the port of `PORT` (default 8000); raises `Problem`."""
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text) < 65536:
        raise Problem(f"PORT is {text!r}; set it to a number from 1 to 65535.")
    return int(text)


@contextlib.contextmanager
def locked(home):
    """Hold the lock of the data folder `home`; raises `Problem` when another `up` or `dev` holds it."""
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
    """Raise `Problem` when 127.0.0.1:`port` is in use or not allowed."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Problem(f"Port {port} cannot be used ({error.strerror}): set PORT to another one.") from None


def get(port, path, timeout=2.0):
    """Return (status, text) of a page on 127.0.0.1:`port`; (0, "") when there is no answer within `timeout` seconds."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
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
