"""One Valkey for one data folder: cache and message broker behind a unix socket."""

import os
import shutil
from pathlib import Path

from . import server_registry
from .binaries import valkey_server
from .paths import Problem, home_key
from .postgres import SOCKET_PATH_BYTES, make_socket_folder
from .processes import MARK, Child

START_TIMEOUT = 20.0  # seconds; the server loads its data first
MEMORY = "128mb"  # above it, values with an expiry time are evicted; messages have none and stay


class Valkey:
    """The server of the data folder `home` (a path); with `durable=False` it stores nothing on disk."""

    def __init__(self, home, *, durable=True):
        self.home = Path(home)
        self.durable = durable
        self.data = self.home / "valkey"
        self.program = valkey_server()

    @property
    def socket(self):
        """The path of the socket in a folder of its own (mode 0700), below /tmp where the path would be too long."""
        path = self.home / "run" / "valkey" / "valkey.sock"
        if len(os.fsencode(path)) <= SOCKET_PATH_BYTES:
            return path
        return Path("/tmp") / f"chengyang-{home_key(self.home)}-vk" / "valkey.sock"

    def command(self):
        """Return the argument list of the server."""
        settings = {
            "--port": 0,
            "--unixsocket": self.socket,
            "--unixsocketperm": 700,
            "--dir": self.data,
            "--daemonize": "no",
            "--loglevel": "warning",
            "--save": "",
            "--appendonly": "yes" if self.durable else "no",
            "--appendfsync": "everysec",
            "--maxmemory": MEMORY,
            "--maxmemory-policy": "volatile-lru",
            "--set-proc-title": "no",  # otherwise the process hides its command line, which names the data folder
        }
        return [self.program, *(part for pair in settings.items() for part in pair)]

    def start(self, supervisor):
        """Start the server under `supervisor` and return its `Child`; raises `Problem` when it does not start."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_socket_folder(self.socket.parent, None)
        self.socket.unlink(missing_ok=True)
        child = Child("valkey", self.command(), env={"LANG": "C.UTF-8", MARK: str(self.home)}, cwd=self.data)
        supervisor.start(child)
        supervisor.wait(lambda: self.is_ready() or not child.is_running(), START_TIMEOUT)
        if supervisor.signalled:
            return child
        if not (child.is_running() and self.is_ready()):
            raise Problem(f"Valkey does not start in {self.data}:\n{supervisor.tail('valkey')}")
        server_registry.write(self.home, "valkey.json", {"socket": str(self.socket), "pid": child.pid})
        return child

    def is_ready(self):
        """Return whether the server answers."""
        return server_registry.valkey_answers(self.socket)

    def destroy(self):
        """Delete what the server stores outside the data folder."""
        if not self.socket.is_relative_to(self.home):
            shutil.rmtree(self.socket.parent, ignore_errors=True)
