"""`manage.py dev`: the servers of `up` for development. Web server and worker restart when a file is saved.

Templates are not cached, static files are served from the source folders, and an error shows Django's page with the
traceback (variable PORTAL_DEBUG). The servers listen on 127.0.0.1 only.
"""

import contextlib
import math
import os
import time

from . import paths
from .paths import ROOT
from .up import SHUTDOWN_TIMEOUTS, Portal, read_port, require_local

CHECK_INTERVAL = 1.0  # seconds between two looks at the files
SETTLE = 0.3  # seconds to wait after a change: an editor or Git writes several files
LOADED = (".py", ".txt", ".html", ".mo")  # code, templates of messages, translations
LOADED_BY_WEB = (".py", ".mo")  # templates it reads for every request
NOT_LOADED = {"var", "tests", "bench", "docs", "deploy", "static", "staticfiles", "test-output", "node_modules"}


class DevelopmentPortal(Portal):
    """The portal with reload on save."""

    def __init__(self, home, port):
        super().__init__(home, port)
        self.sources = {}  # as the processes have loaded them
        self.started_with = {}  # {name of a service: the sources when it was started}
        self.next_check = 0.0
        self.broken = []  # services that wait for the next change of a file

    def environment(self, name):
        """Return the environment of the process `name`.

        The worker keeps PORTAL_DEBUG off: Django would record every query of this long-lived process in memory.
        """
        return {**super().environment(name), "PORTAL_DEBUG": "off" if name == "worker" else "on"}

    def prepare(self):
        """Bring database and files up to date; nothing is forked, because both processes load what was saved last."""
        self.run_first("chengyang.devtools.prepare", self.home)

    def start_portal(self):
        """Start Django's development server and the worker; `on_poll` restarts both.

        Django's own reloader is off: it notes the files only after it has loaded them, so that it misses a file that is saved
        a second time in between, and stays with the broken code.
        """
        # --nostatic: WhiteNoise serves static files like in production, only from the source folders.
        server = (ROOT / "manage.py", "runserver", "--nostatic", "--noreload", f"127.0.0.1:{self.port}")
        self.add("web", lambda: self.python("web", *server))
        self.sources = sources(ROOT, skip=self.home)
        self.started_with = {"web": self.sources, "worker": self.sources}
        self.add("worker", self.start_worker)

    def check_health(self, deadline):
        """Return whether the portal is ready; there is no deadline, because the code may be broken at the start."""
        return super().check_health(math.inf)

    def restart(self, service):
        """Leave an ended web server or worker until a file changes: the code that it cannot load is still the same.

        It is started at once when a file has changed since its start: the code may have been mended in the meantime.
        """
        if service.name not in ("web", "worker"):
            super().restart(service)
        elif service not in self.broken:
            found = sources(ROOT, skip=self.home)
            if found != self.started_with[service.name]:
                self.supervisor.print(f"{service.name} ended, and a file has changed since; starting it again")
                self.supervisor.stop(service.child, timeouts=[])
                self.started_with[service.name] = found
                service.child = service.start()
                return
            self.broken.append(service)
            code = service.child.process.returncode
            self.supervisor.print(f"{service.name} ended (code {code}); it starts again when a file is saved")

    def on_poll(self):
        """Restart the worker when a file has changed, and the web server when it has loaded that file or waits for one."""
        if time.monotonic() < self.next_check:
            return
        self.next_check = time.monotonic() + CHECK_INTERVAL
        if sources(ROOT, skip=self.home) == self.sources:
            return
        self.supervisor.poll_for(SETTLE)
        found = sources(ROOT, skip=self.home)
        changed = {path for path, _modified in found.items() ^ self.sources.items()}
        self.sources = found
        again = [service for service in self.services if self.has_loaded(service, changed)]
        names = " and ".join(service.name for service in again)
        self.supervisor.print(f"{os.path.relpath(min(changed), ROOT)} has changed; starting {names} again")
        for service in again:
            self.supervisor.stop(service.child, timeouts=SHUTDOWN_TIMEOUTS[service.name])
            self.started_with[service.name] = found
            service.child = service.start()
        self.broken = []

    def has_loaded(self, service, changed):
        """Return whether `service` runs with one of the files `changed`, or waits for any change because it has ended."""
        is_web = service.name == "web" and any(path.endswith(LOADED_BY_WEB) for path in changed)
        return is_web or service.name == "worker" or service in self.broken


def sources(root, *, skip):
    """Return {path: time of modification in nanoseconds} of the files below `root` that the worker may have loaded.

    Left out are the data folder `skip`, hidden folders, virtual environments, and folders that the worker does not load.
    """
    found = {}
    for folder, folders, files in os.walk(root):
        if folder == str(skip) or "pyvenv.cfg" in files:
            folders.clear()
            continue
        folders[:] = [name for name in folders if name not in NOT_LOADED and name[0] not in "._"]
        for name in files:
            if name.endswith(LOADED):
                with contextlib.suppress(FileNotFoundError):  # deleted just now
                    path = os.path.join(folder, name)
                    found[path] = os.stat(path).st_mtime_ns
    return found


def main():
    """Run the portal of the environment (CHENGYANG_HOME, PORT) for development until a signal; raises `Problem`."""
    require_local("dev")
    DevelopmentPortal(paths.home(), read_port()).run()


if __name__ == "__main__":
    paths.run(main)
