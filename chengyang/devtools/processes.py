"""Child processes that end with their parent, and a supervisor that forwards their output and handles signals.

Everything runs in the main thread: a parent-death signal is sent when the *thread* that started the child ends, and code
between fork and exec is only safe in a process without other threads.
"""

import contextlib
import ctypes
import logging
import logging.handlers
import os
import select
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path

MARK = "CHENGYANG_UP"  # environment variable of every child; its value is the data folder
LOG_BYTES = 10_000_000  # size at which a log is rotated; three files are kept
PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
POLL = 0.2  # seconds that one pass of the event loop waits for an event


def _prctl():
    """Return the `prctl` of the C library, or None where there is none (macOS); looking it up after a fork is unsafe."""
    return getattr(ctypes.CDLL(None, use_errno=True), "prctl", None)


PRCTL = _prctl()


class Child:
    """One child process with a session and a process group of its own.

    `argv` starts with an absolute path and names the data folder, so that `ps` shows to which portal the process belongs.
    `account` is the `(uid, gid)` to run as, or None for our own. `stop_signal` asks the process to stop; the kernel also
    sends it when the parent dies. The file descriptors `pass_fds` stay open in it.
    """

    def __init__(self, name, argv, *, env, cwd="/", account=None, stop_signal=signal.SIGTERM, pass_fds=()):
        self.name = name
        self.argv = [str(part) for part in argv]
        self.env = env
        self.cwd = str(cwd)
        self.account = account
        self.stop_signal = stop_signal
        self.pass_fds = pass_fds
        self.process = None

    @property
    def pid(self):
        return self.process.pid

    def start(self, output):
        """Start the process; `output` (a file or `subprocess.PIPE`) receives its standard output and standard error."""
        self.process = subprocess.Popen(
            self.argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=self.env,
            cwd=self.cwd,
            start_new_session=True,
            pass_fds=self.pass_fds,
            preexec_fn=die_with_parent(self.stop_signal),  # runs after the change of account, which would reset it
            **as_account(self.account),
        )

    def is_running(self):
        """Return whether the process runs; collects the exit code if it does not."""
        return self.process is not None and self.process.poll() is None

    def send(self, number=None):
        """Send the signal `number`, by default the stop signal, if the process runs."""
        if self.is_running():
            self.process.send_signal(number or self.stop_signal)

    def kill_group(self):
        """Kill every process that is left in the process group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)


class Supervisor:
    """Starts child processes and forwards their output to `logs/<name>.log` and, if `echo`, to standard output."""

    def __init__(self, logs, *, echo=True):
        self.logs = Path(logs)
        self.logs.mkdir(parents=True, exist_ok=True)
        self.echo = echo
        self.signalled = None  # number of the signal that asked this process to stop
        self.children = []  # started and not yet stopped
        self.pipes = {}
        self.dropped = 0  # lines that could not be printed
        self.selector = selectors.DefaultSelector()

    # ---- signals -------------------------------------------------------------------------------------------------
    @contextlib.contextmanager
    def handle_signals(self):
        """Record SIGINT, SIGTERM and SIGHUP in `signalled` during the block, then restore the former handlers.

        A shell makes a background job ignore SIGINT; it is handled all the same. SIGHUP stays ignored under `nohup`.
        """
        reader, writer = os.pipe()
        for end in (reader, writer):
            os.set_blocking(end, False)
        self.selector.register(reader, selectors.EVENT_READ, lambda: os.read(reader, 64))
        numbers = [number for number in STOP_SIGNALS if not _is_nohup(number)]
        before = {number: signal.signal(number, self._on_signal) for number in numbers}
        wakeup = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)
            self.selector.unregister(reader)
            os.close(reader)
            os.close(writer)

    def _on_signal(self, number, _frame):
        self.signalled = self.signalled or number

    # ---- children ------------------------------------------------------------------------------------------------
    def start(self, child):
        """Start `child` and forward its output."""
        if not self.echo:
            with open(self.logs / f"{child.name}.log", "ab") as output:
                child.start(output)
        else:
            self._drain(child, 0)  # output of the process before a restart
            child.start(subprocess.PIPE)
            self._forward(child)
        if child not in self.children:
            self.children.append(child)

    def adopt(self, child):
        """Forward the output of `child`, which was forked for us (`forks`), and stop it like those started here."""
        self._forward(child)
        self.children.append(child)

    def wait(self, condition, seconds):
        """Run the event loop until `condition()` is true, for `seconds` at most; return whether it is true.

        Also returns when a signal has asked this process to stop.
        """
        until = time.monotonic() + seconds
        while not (true := condition()) and time.monotonic() < until and not self.signalled:
            self.poll_for(0.05)
        return bool(true)

    def stop(self, child, *, timeouts):
        """Stop `child`. `timeouts` lists (signal or None for its stop signal, seconds to wait); then it is killed."""
        for number, seconds in timeouts:
            child.send(number)
            until = time.monotonic() + seconds
            while child.is_running() and time.monotonic() < until:
                self.poll(0.02)
        if child.is_running():
            self.print(f"{child.name} did not stop in time and was killed")
        child.kill_group()
        child.process.wait()
        self._drain(child, 0.5)
        self.children.remove(child)

    def poll_for(self, seconds):
        """Run the event loop for `seconds`, or until a signal asks this process to stop."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self.signalled:
            self.poll(left)

    def poll(self, seconds=POLL):
        """Forward the output that is there; if there is none, wait up to `seconds` for an event."""
        if not self.selector.get_map():
            time.sleep(seconds)
            return
        for key, _events in self.selector.select(seconds):
            key.data()

    # ---- output --------------------------------------------------------------------------------------------------
    def print(self, text, timeout=1.0):
        """Print a line, or drop it if standard output takes nothing for `timeout` seconds.

        A suspended terminal, or a pipe that nobody reads, must not block the portal.
        """
        if self.dropped and self._write(f"({self.dropped} lines were left out here; {self.logs} has them)", 0):
            self.dropped = 0
        if not self._write(text, timeout):
            self.dropped += 1

    def _write(self, text, timeout):
        """Print `text` unless that would block for more than `timeout` seconds; return whether it was printed."""
        try:
            descriptor = sys.stdout.fileno()
        except (OSError, ValueError):  # no real file, as under a test
            print(text, flush=True)
            return True
        data = f"{text}\n".encode(sys.stdout.encoding, errors="replace")
        try:
            for start in range(0, len(data), select.PIPE_BUF):  # a pipe that is writable takes this much at once
                if not select.select([], [descriptor], [], timeout)[1]:
                    return False
                os.write(descriptor, data[start : start + select.PIPE_BUF])
        except OSError:  # the terminal was closed; the portal goes on
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        return True

    def tail(self, name, lines=8):
        """Return the last `lines` lines of the log `name` that are not blank, as one string."""
        path = self.logs / f"{name}.log"
        text = path.read_text(errors="replace") if path.exists() else ""
        return "\n".join([line for line in text.splitlines() if line.strip()][-lines:])

    def _forward(self, child):
        pipe = child.process.stdout
        os.set_blocking(pipe.fileno(), False)
        handler = logging.handlers.RotatingFileHandler(
            self.logs / f"{child.name}.log", maxBytes=LOG_BYTES, backupCount=2, encoding="utf-8"
        )
        rest = bytearray()

        def read():
            if not (chunk := os.read(pipe.fileno(), 65536)):
                self._close_pipe(child)
                return
            rest.extend(chunk)
            *lines, remainder = rest.split(b"\n")
            rest[:] = remainder
            for line in lines:
                self._write_line(child.name, handler, line.decode(errors="replace"))

        self.pipes[child.name] = (pipe, handler)
        self.selector.register(pipe, selectors.EVENT_READ, read)

    def _drain(self, child, seconds):
        """Forward the last output of `child`; its own child processes may keep the pipe open a moment longer."""
        until = time.monotonic() + seconds
        while child.name in self.pipes:
            self.poll(0.02)
            if time.monotonic() > until:
                self._close_pipe(child)

    def _close_pipe(self, child):
        if child.name in self.pipes:
            pipe, handler = self.pipes.pop(child.name)
            self.selector.unregister(pipe)
            pipe.close()
            handler.close()

    def _write_line(self, name, handler, line):
        handler.emit(logging.makeLogRecord({"msg": line}))
        if line.strip():
            self.print(f"{name:<8} | {line}", timeout=0)


def _is_nohup(number):
    return number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN


def die_with_parent(number, parent=None):
    """Return a `preexec_fn` for `subprocess`: the child receives the signal `number` when its parent ends (Linux).

    `parent` is the id of the process that is the parent when it is called, by default this one, whose thread counts.
    """
    parent = parent or os.getpid()

    def prepare():
        if PRCTL:
            PRCTL(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # the parent ended before the signal was requested
            os._exit(1)

    return prepare


def as_account(account):
    """Return the arguments of `subprocess` for running as `account`, `(uid, gid)`, without supplementary groups.

    The result is empty for None.
    """
    if account is None:
        return {}
    uid, gid = account
    return {"user": uid, "group": gid, "extra_groups": []}


def marked(home):
    """Yield the ids of the processes that were started for the data folder `home` (Linux; elsewhere none)."""
    mark = f"{MARK}={home}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                yield int(folder.name)


def working_in(folder):
    """Yield the ids of the processes whose working directory is `folder`, like all processes of a cluster (Linux)."""
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.readlink(entry / "cwd") == str(folder):
                yield int(entry.name)


def signal_all(find, number, seconds):
    """Send the signal `number` to each process id that `find()` yields; return whether all end within `seconds`."""
    until = time.monotonic() + seconds
    for pid in list(find()):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
    while left := list(find()):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return not left
