"""One Postgres cluster for one data folder.

The programs come from `PG_BIN`, otherwise from the wheel, otherwise from the system; an existing cluster is only started by
its own major version. Postgres refuses to run as root, so root runs it as `nobody`, without changing the mode of any folder
above the data folder. After a crash, the next start removes a stale pid file and stops a server that is left over.
"""

import contextlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from pathlib import Path

from . import server_registry
from .binaries import postgres_for
from .paths import Problem, home_key
from .processes import MARK, Child, as_account, signal_all, working_in

OWNER = "postgres"  # name of the database role, not of the account
OUTSIDE = Path("/var/lib/chengyang")  # clusters of root whose data folder `nobody` cannot enter
SOCKET_PATH_BYTES = 107  # longest path of a unix socket
MAX_CONNECTIONS = 300  # race tests open 200 at once
START_TIMEOUT = 60.0  # seconds; recovery after a power failure takes long
RETRY_TIMEOUT = 10.0  # seconds during which processes of a killed server may hold its shared memory

# The server logs no statements and no details, because they may hold personal values; the application logs its own errors.
QUIET_LOG = {
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


def memory():
    """Return the memory of this machine in MB, or 512 where it cannot be read."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    except (ValueError, OSError):
        return 512


def shared_buffers(memory_mb):
    """Return the shared buffers in MB: a quarter of the memory, at most 1 GB; pages are used only when data fill them."""
    return max(min(memory_mb // 4, 1024), 32)


class Postgres:
    """The cluster of the data folder `home` (a path).

    With `durable=False`, for tests, a crash of the machine may lose data. The constructor raises `Problem` when there is
    no suitable Postgres, or when the cluster cannot be used by this account.
    """

    def __init__(self, home, *, durable=True):
        self.home = Path(home)
        self.durable = durable
        self.base = self._base()
        self.data = self.base / "postgres"
        self.account = self._account()
        self.binaries = self._reachable(postgres_for(self.data))

    # ---- location ------------------------------------------------------------------------------------------------
    def _base(self):
        """Return the folder of the cluster, the socket and the copied programs.

        It is `home`, or a folder below `OUTSIDE` when we are root and `nobody` cannot enter `home`.
        """
        note = self.home / "postgres.path"
        if note.exists():
            data = Path(note.read_text().strip())
            if not (data / "PG_VERSION").exists():
                raise Problem(
                    f"{note} names {data}, which holds no database: restore it, or delete {note} to start anew."
                )
            return data.parent
        if os.geteuid() != 0 or (self.home / "postgres").exists() or can_enter(self.home, nobody()):
            return self.home
        return OUTSIDE / home_key(self.home)

    def _account(self):
        """Return the account that runs the server: None (our own) or, for root, the owner of the cluster or `nobody`."""
        facts = self.data.stat() if self.data.exists() else None
        if os.geteuid() == 0:
            return (facts.st_uid, facts.st_gid) if facts and facts.st_uid else nobody()
        if facts and facts.st_uid != os.geteuid():
            raise Problem(
                f"{self.data} belongs to {_name(facts.st_uid)}: start as root, or set CHENGYANG_HOME to a new folder."
            )
        return None

    def _reachable(self, binaries):
        if self.account and self.data.exists() and not _test(self.account, "-x", self.data):
            raise Problem(f"{_name(self.account[0])} cannot enter {self.data} any more: a folder above it was closed.")
        if self.account is None or can_run(binaries.program("postgres"), self.account):
            return binaries
        if not binaries.wheel:
            raise Problem(
                f"{_name(self.account[0])} cannot run {binaries.folder}: set PG_BIN to a folder that it can enter."
            )
        self._make_base()
        return binaries.copied(self.base)

    def _make_base(self):
        for folder in (self.base.parent, self.base):
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)

    # ---- initialisation ------------------------------------------------------------------------------------------
    def initialise(self):
        """Make the cluster unless it exists. An interrupted attempt leaves only a folder that the next one deletes."""
        if (self.data / "PG_VERSION").exists() and self._is_ours():
            return
        self._make_base()
        if self.data.exists():  # below OUTSIDE, made for a data folder of the same path that was deleted
            kept = self.data.with_name(f"postgres.{time.strftime('%Y%m%d%H%M%S')}")
            self.data.rename(kept)
            print(f"an earlier database of this data folder was kept in {kept}", flush=True)
        draft = self.base / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        self._make_private(draft)
        self._run(
            "initdb", "-D", draft, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", *self._init_speed()
        )
        draft.rename(self.data)
        if self.base != self.home:
            (self.home / "postgres.path").write_text(f"{self.data}\n")

    def _is_ours(self):
        return self.base == self.home or (self.home / "postgres.path").exists()

    def _init_speed(self):
        return () if self.durable else ("--no-sync",)

    def _make_private(self, folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.account:
            os.chown(folder, *self.account)

    def _run(self, program, *arguments):
        done = subprocess.run(
            [self.binaries.program(program), *map(str, arguments)],
            env=self._environment(),
            cwd="/",
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            **as_account(self.account),
        )
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
            raise Problem(f"{program} failed for {self.data}: {reason}")

    def _environment(self):
        return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", MARK: str(self.home)}

    # ---- running -------------------------------------------------------------------------------------------------
    @property
    def sockets(self):
        """The folder of the socket (mode 0700): beside the cluster, or below /tmp where that path would be too long."""
        folder = self.base / "run" / "postgres"
        if len(os.fsencode(folder / f".s.PGSQL.{server_registry.PORT}")) <= SOCKET_PATH_BYTES:
            return folder
        return Path("/tmp") / f"chengyang-{home_key(self.home)}-pg"

    def command(self):
        """Return the argument list of the server."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.sockets,
            "unix_socket_permissions": "0700",
            "max_connections": MAX_CONNECTIONS,
            "cluster_name": os.fsencode(self.home).decode("ascii", "replace")[-60:],
            "shared_buffers": f"{shared_buffers(memory())}MB",
            # One small server beside the portal: the buffer of the write-ahead log would take 8 MB, processes that read ahead 8 MB.
            "wal_buffers": "1MB",
            "io_method": "sync",
            **QUIET_LOG,
            **({} if self.durable else THROWAWAY),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [self.binaries.program("postgres"), "-D", self.data, *options]

    def start(self, supervisor):
        """Start the server under `supervisor` and return its `Child`; raises `Problem` when it does not start.

        After a `kill -9` the first attempts may fail, because processes of the killed server still hold its memory.
        """
        self.initialise()
        make_socket_folder(self.sockets, self.account)
        child = Child(
            "postgres",
            self.command(),
            env=self._environment(),
            cwd=self.data,
            account=self.account,
            stop_signal=signal.SIGINT,  # fast shutdown: sessions are ended, nothing committed is lost
        )
        until = time.monotonic() + RETRY_TIMEOUT
        while True:
            self.clear_leftovers()
            supervisor.start(child)
            supervisor.wait(lambda: self.is_ready() or not child.is_running(), START_TIMEOUT)
            if self.is_ready() and child.is_running():
                self._register(child)
                return child
            if supervisor.signalled or time.monotonic() > until:
                break
            supervisor.wait(lambda: False, 0.3)
        supervisor.poll(0)
        if supervisor.signalled:
            return child
        raise Problem(f"Postgres does not start in {self.data}:\n{supervisor.tail('postgres')}")

    def is_ready(self):
        """Return whether the server accepts sessions."""
        return server_registry.postgres_answers(self.sockets, user=OWNER)

    def clear_leftovers(self):
        """Stop a server that an earlier start left in our cluster, and delete its pid file and socket."""
        if not signal_all(self._leftovers, signal.SIGINT, 5) and not signal_all(self._leftovers, signal.SIGQUIT, 3):
            raise Problem(f"Another Postgres works in {self.data} and does not stop: stop it first.")
        if Path("/proc").exists():  # no server is left, even if another process has the id in the pid file by now
            for stale in (self.data / "postmaster.pid", *self.sockets.glob(".s.PGSQL.*")):
                stale.unlink(missing_ok=True)

    def _leftovers(self):
        return working_in(self.data)

    def create_database(self):
        """Make the database of the portal unless it exists."""
        import psycopg2

        link = psycopg2.connect(host=str(self.sockets), user=OWNER, dbname="postgres")
        try:
            link.autocommit = True
            with link.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [server_registry.DATABASE])
                if not cursor.fetchone():
                    cursor.execute(f"CREATE DATABASE {server_registry.DATABASE}")
        finally:
            link.close()

    def _register(self, child):
        facts = {
            "host": str(self.sockets),
            "port": server_registry.PORT,
            "user": OWNER,
            "dbname": server_registry.DATABASE,
        }
        server_registry.write(self.home, "postgres.json", {**facts, "pid": child.pid})

    def destroy(self):
        """Delete what the cluster stores outside the data folder, before the data folder itself is deleted."""
        with contextlib.suppress(OSError):
            if self.base != self.home:
                shutil.rmtree(self.base)
        if self.sockets.parent == Path("/tmp"):
            shutil.rmtree(self.sockets, ignore_errors=True)


def nobody():
    """Return `(uid, gid)` of the account `nobody`, which owns nothing."""
    entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid


def can_enter(folder, account):
    """Return whether `account` can enter `folder`, which is made if it is missing."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    return _test(account, "-x", folder)


def can_run(program, account):
    """Return whether `account` can run `program`."""
    return _test(account, "-x", program)


def _test(account, flag, path):
    return (
        subprocess.run(
            ["/bin/sh", "-c", 'test "$1" "$2"', "sh", flag, str(path)], cwd="/", **as_account(account)
        ).returncode
        == 0
    )


def make_socket_folder(folder, account):
    """Make the socket folder, private to `account`; raises `Problem` when another account has made it, as it can in /tmp."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if account:
            os.chown(folder, *account)
    facts = folder.lstat()
    owner = account[0] if account else os.geteuid()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != owner or stat.S_IMODE(facts.st_mode) != 0o700:
        raise Problem(f"{folder} is not private to {_name(owner)}: delete it and start again.")


def _name(uid):
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"account {uid}"
