"""Processes that are forked from one that has loaded the portal, so that they share its memory and need not load it again.

The loader forks each of them twice. The process between ends at once, and the kernel gives the new process to the nearest
subreaper above, which is `up`: so it has the parent, the exit code and the parent-death signal of a process that `up` started
itself. What only prepares the portal is forked once, and stays a child of the loader. Linux only (`are_possible`). Nothing but
the standard library.
"""

import ctypes
import os
import signal
import sys
import threading
import traceback
from contextlib import contextmanager
from pathlib import Path

from .processes import PRCTL, die_with_parent

PR_SET_CHILD_SUBREAPER = 36  # <sys/prctl.h>
ARG_START, ARG_END = 47, 48  # fields of /proc/<pid>/stat, counted from 0: where the command line is in memory


def are_possible():
    """Return whether this system can fork processes for another parent (Linux)."""
    return PRCTL is not None and Path("/proc/self/stat").exists()


@contextmanager
def adopting():
    """Let this process become the parent of the processes that are forked below it during the block."""
    PRCTL(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        PRCTL(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


class Forked:
    """A process that was forked by this one or for it, with the attributes and methods of `subprocess.Popen` that `Child` uses."""

    def __init__(self, pid, stdout=None):
        self.pid = pid
        self.stdout = stdout
        self.returncode = None

    def poll(self):
        """Return the exit code, negative for a signal, or None while the process runs."""
        return self._collect(os.WNOHANG)

    def wait(self):
        """Wait for the end of the process; return its exit code."""
        return self._collect(0)

    def send_signal(self, number):
        """Send the signal `number`, unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def _collect(self, options):
        if self.returncode is None:
            try:
                pid, status = os.waitpid(self.pid, options)
            except ChildProcessError:  # somebody else collected it
                pid, status = self.pid, 0
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


def fork(run):
    """Call `run()` in a new process, which ends with this one; return it (`Forked`).

    Its exit code is that of a Python program which calls `run()`. Raises RuntimeError when this process has threads.
    """
    _require_no_threads()
    sys.stdout.flush()
    end_with_parent = die_with_parent(signal.SIGTERM)  # it remembers who its parent is
    if not (pid := os.fork()):
        _call(end_with_parent, run)
    return Forked(pid)


def fork_for(parent, run, *, command, output, close=()):
    """Call `run()` in a new process whose parent is the process `parent`, the subreaper above; return its id.

    `command` (a list of texts) becomes its command line as `ps` shows it, and the file descriptor `output` its standard
    output and standard error; the descriptors `close` are closed in it. Raises RuntimeError when this process has threads,
    which a fork would lose.
    """
    _require_no_threads()
    reader, writer = os.pipe()
    if not (between := os.fork()):
        between = os.getpid()
        if pid := os.fork():
            os.write(writer, str(pid).encode())
            os._exit(0)
        closed = (reader, writer, output, *close)
        _call(lambda: _settle(parent, between, command=command, output=output, close=closed), run)
    os.close(writer)
    os.waitpid(between, 0)
    with open(reader, "rb") as report:
        return int(report.read())


def _require_no_threads():
    if threading.active_count() > 1:
        raise RuntimeError(f"threads run: {threading.enumerate()}")


def _settle(parent, between, *, command, output, close):
    """Become a process like those that `parent` starts itself; `between` forked this one and ends in a moment."""
    os.setsid()
    while os.getppid() == between:
        os.sched_yield()
    die_with_parent(signal.SIGTERM, parent)()
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    for descriptor in close:
        os.close(descriptor)
    _show(command)


def _call(*steps):
    """Call each of `steps`, and end this process like a Python program that does only that."""
    code = 1
    try:
        for step in steps:
            step()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if not isinstance(end.code, int | None):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _show(command):
    """Write `command` where the kernel reads the command line of this process; what is longer than that place is cut."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start, end = (int(fields[number - 2]) for number in (ARG_START, ARG_END))
    text = b"\0".join(os.fsencode(str(part)) for part in command)[: end - start - 1]
    ctypes.memmove(start, text.ljust(end - start, b"\0"), end - start)
