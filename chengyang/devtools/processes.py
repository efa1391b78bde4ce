"""Child processes that end with us, and the one loop that passes on their output and hears signals.

Everything happens in the main thread: a parent-death signal is tied to the thread that started the child, and code
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
LOG_BYTES = 10_000_000  # a log is turned over at this size, three are kept
PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TURN = 0.2  # seconds that a turn of the loop waits at most for something to happen


def _prctl():
    """Return the system's `prctl`, looked up before any fork; None where there is none (macOS)."""
    return getattr(ctypes.CDLL(None, use_errno=True), "prctl", None)


PRCTL = _prctl()


class Child:
    """One program in a session and process group of its own.

    `argv` starts with an absolute path and names the data folder, so that `ps` shows whose it is. `account` is a
    `(uid, gid)` to become, or None. `ends_by` asks it to end, and reaches it also when its parent dies.
    """

    def __init__(self, name, argv, *, env, cwd="/", account=None, ends_by=signal.SIGTERM):
        self.name = name
        self.argv = [str(part) for part in argv]
        self.env = env
        self.cwd = str(cwd)
        self.account = account
        self.ends_by = ends_by
        self.process = None

    @property
    def pid(self):
        return self.process.pid

    def start(self, output):
        """Start it with standard output and error to `output` (a file or `subprocess.PIPE`)."""
        self.process = subprocess.Popen(
            self.argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=self.env,
            cwd=self.cwd,
            start_new_session=True,
            preexec_fn=dying_with_us(self.ends_by),  # runs after the account has changed, which would reset it
            **as_account(self.account),
        )

    def alive(self):
        """Say whether it runs; collects its exit code when it does not."""
        return self.process is not None and self.process.poll() is None

    def end(self, number=None):
        """Ask it to end, by its own signal or by `number`."""
        if self.alive():
            self.process.send_signal(number or self.ends_by)

    def sweep(self):
        """Kill whatever is left of its process group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)


class Supervisor:
    """Starts children, passes their lines on to `logs/<name>.log` and, when `echo`, to standard output."""

    def __init__(self, logs, *, echo=True):
        self.logs = Path(logs)
        self.logs.mkdir(parents=True, exist_ok=True)
        self.echo = echo
        self.signalled = None  # number of the signal that asked us to stop
        self.children = []  # started and not yet stopped
        self.pipes = {}
        self.lost = 0  # lines that nobody took
        self.selector = selectors.DefaultSelector()

    # ---- signals -------------------------------------------------------------------------------------------------
    @contextlib.contextmanager
    def hearing(self):
        """Take SIGINT, SIGTERM and SIGHUP as the wish to stop, once; afterwards they mean what they meant before.

        SIGINT is ignored in a job that a shell put in the background, and heard all the same; SIGHUP is ignored under
        `nohup`, and stays so.
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
        """Start `child` and follow its output."""
        if not self.echo:
            with open(self.logs / f"{child.name}.log", "ab") as output:
                child.start(output)
        else:
            self._drain(child, 0)  # of an earlier run
            child.start(subprocess.PIPE)
            self._follow(child)
        if child not in self.children:
            self.children.append(child)

    def wait(self, condition, seconds):
        """Turn the loop until `condition()` holds, `seconds` are over or we are asked to stop; say whether it holds."""
        until = time.monotonic() + seconds
        while not (true := condition()) and time.monotonic() < until and not self.signalled:
            self.turn_for(0.05)
        return bool(true)

    def stop(self, child, *, graces):
        """End `child`: `graces` lists (signal or None for its own, seconds to wait); what is left then is killed."""
        for number, seconds in graces:
            child.end(number)
            until = time.monotonic() + seconds
            while child.alive() and time.monotonic() < until:
                self.turn(0.02)
        if child.alive():
            self.say(f"{child.name} did not end in time and was killed")
        child.sweep()
        child.process.wait()
        self._drain(child, 0.5)
        self.children.remove(child)

    def turn_for(self, seconds):
        """Turn the loop for `seconds`, however much there is to pass on."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self.signalled:
            self.turn(left)

    def turn(self, seconds=TURN):
        """Pass on what has been written, waiting for up to `seconds` for something to happen."""
        if not self.selector.get_map():
            time.sleep(seconds)
            return
        for key, _events in self.selector.select(seconds):
            key.data()

    # ---- output --------------------------------------------------------------------------------------------------
    def say(self, text, patience=1.0):
        """Print a line of our own; one that nobody takes within `patience` seconds is left out.

        A terminal that was stopped, or a pipe that is no longer read, must not hold up the portal.
        """
        if self.lost and self._print(f"({self.lost} lines were left out here; {self.logs} has them)", 0):
            self.lost = 0
        if not self._print(text, patience):
            self.lost += 1

    def _print(self, text, patience):
        """Print `text` unless it would block for more than `patience` seconds; say whether it was printed."""
        try:
            place = sys.stdout.fileno()
        except (OSError, ValueError):  # no real file, as under a test
            print(text, flush=True)
            return True
        data = f"{text}\n".encode(sys.stdout.encoding, errors="replace")
        try:
            for start in range(0, len(data), select.PIPE_BUF):  # so much fits where there is room at all
                if not select.select([], [place], [], patience)[1]:
                    return False
                os.write(place, data[start : start + select.PIPE_BUF])
        except OSError:  # the terminal is gone, the portal is not
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        return True

    def tail(self, name, lines=8):
        """Return the last `lines` lines of a log that say something, as one string."""
        path = self.logs / f"{name}.log"
        text = path.read_text(errors="replace") if path.exists() else ""
        return "\n".join([line for line in text.splitlines() if line.strip()][-lines:])

    def _follow(self, child):
        pipe = child.process.stdout
        os.set_blocking(pipe.fileno(), False)
        handler = logging.handlers.RotatingFileHandler(
            self.logs / f"{child.name}.log", maxBytes=LOG_BYTES, backupCount=2, encoding="utf-8"
        )
        rest = bytearray()

        def forward():
            if not (chunk := os.read(pipe.fileno(), 65536)):
                self._unfollow(child)
                return
            rest.extend(chunk)
            *lines, remainder = rest.split(b"\n")
            rest[:] = remainder
            for line in lines:
                self._pass_on(child.name, handler, line.decode(errors="replace"))

        self.pipes[child.name] = (pipe, handler)
        self.selector.register(pipe, selectors.EVENT_READ, forward)

    def _drain(self, child, seconds):
        """Pass on what `child` wrote last; its own children may hold the pipe a moment longer."""
        until = time.monotonic() + seconds
        while child.name in self.pipes:
            self.turn(0.02)
            if time.monotonic() > until:
                self._unfollow(child)

    def _unfollow(self, child):
        if child.name in self.pipes:
            pipe, handler = self.pipes.pop(child.name)
            self.selector.unregister(pipe)
            pipe.close()
            handler.close()

    def _pass_on(self, name, handler, line):
        handler.emit(logging.makeLogRecord({"msg": line}))
        if line.strip():
            self.say(f"{name:<8} | {line}", patience=0)


def _is_nohup(number):
    return number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN


def dying_with_us(number):
    """Return a `preexec_fn` that has the child get the signal `number` when this thread ends, however it ends."""
    parent = os.getpid()

    def prepare():
        if PRCTL:
            PRCTL(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # it ended before the child asked to be told
            os._exit(1)

    return prepare


def as_account(account):
    """Return the arguments that make `subprocess` run as `(uid, gid)` with no supplementary group; none for None."""
    if account is None:
        return {}
    uid, gid = account
    return {"user": uid, "group": gid, "extra_groups": []}


def marked(home):
    """Yield the numbers of the processes that an earlier start for `home` left behind (Linux; elsewhere none)."""
    mark = f"{MARK}={home}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                yield int(folder.name)


def working_in(folder):
    """Yield the processes whose working folder is `folder`, as that of every process of a cluster is (Linux)."""
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.readlink(entry / "cwd") == str(folder):
                yield int(entry.name)


def end_all(find, number, seconds):
    """Send `number` to every process that `find()` yields; say whether none is left within `seconds`."""
    until = time.monotonic() + seconds
    for pid in list(find()):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
    while left := list(find()):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return not left
