"""Processes that are forked from one that has loaded the portal, for the process that started it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chengyang.devtools import forks
from chengyang.devtools.paths import ROOT

pytestmark = pytest.mark.skipif(not forks.are_possible(), reason="Linux only")

LOADER = """
import os, sys
from chengyang.devtools import forks
def run():
    {run}
pid = forks.fork_for(os.getppid(), run, command=["shown", "as", "web"], output=int(sys.argv[2]), close=[int(sys.argv[1])])
os.write(int(sys.argv[1]), str(pid).encode())
"""


@pytest.fixture
def forked():
    """A function that lets a loader fork a process which runs the code `run`; it returns the `Forked` process."""
    found = []

    def fork(run):
        report, output = os.pipe(), os.pipe()
        ends = (report[1], output[1])
        with forks.adopting():
            code = LOADER.format(run=run)
            subprocess.run([sys.executable, "-c", code, *map(str, ends), "x" * 40], pass_fds=ends, cwd=ROOT, check=True)
        for end in ends:
            os.close(end)
        with os.fdopen(report[0], "rb") as pid:
            found.append(forks.Forked(int(pid.read()), os.fdopen(output[0], "rb")))
        return found[-1]

    yield fork
    for process in found:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()


def test_the_process_is_our_child_and_shows_its_own_command(forked):
    process = forked("import time; print('began', flush=True); time.sleep(60)")
    assert process.stdout.readline() == b"began\n"
    stat = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    assert int(stat[1]) == os.getpid()
    assert os.getpgid(process.pid) == process.pid
    assert Path(f"/proc/{process.pid}/cmdline").read_bytes().rstrip(b"\0") == b"shown\0as\0web"


@pytest.mark.parametrize(
    ("run", "code"),
    [
        ("pass", 0),
        ("sys.exit(3)", 3),
        ("sys.exit('no use')", 1),
        ("raise ValueError('wrong')", 1),
        ("os.kill(os.getpid(), 9)", -9),
    ],
)
def test_the_exit_code_is_that_of_a_process_started_here(forked, run, code):
    process = forked(run)
    assert process.wait() == code
    assert process.poll() == code


def test_an_error_is_in_the_output(forked):
    assert b"ValueError: wrong" in forked("raise ValueError('wrong')").stdout.read()


def test_a_signal_ends_it_and_one_after_its_end_is_nothing(forked):
    process = forked("import time; print('began', flush=True); time.sleep(60)")
    process.stdout.readline()
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait() == -signal.SIGTERM
    process.send_signal(signal.SIGTERM)


ADOPTER = """
import os, subprocess, sys
from chengyang.devtools import forks
reader, report = os.pipe()
ends = (report, os.open(os.devnull, os.O_WRONLY))
with forks.adopting():
    subprocess.run([sys.executable, "-c", sys.argv[1], *map(str, ends)], pass_fds=ends, check=True)
print(os.read(reader, 20).decode())
"""


def test_it_ends_with_the_process_that_adopted_it():
    loader = LOADER.format(run="import time; time.sleep(60)")
    done = subprocess.run([sys.executable, "-c", ADOPTER, loader], cwd=ROOT, stdout=subprocess.PIPE, timeout=20)
    process = Path(f"/proc/{int(done.stdout)}")
    until = time.monotonic() + 10
    while process.exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert not process.exists()


@pytest.mark.parametrize("fork", ["fork_for(1, print, command=[], output=1)", "fork(print)"])
def test_a_process_with_threads_is_not_forked(fork):
    code = (
        "import threading, time; from chengyang.devtools import forks\n"
        "threading.Thread(target=time.sleep, args=(5,), daemon=True).start()\n"
        f"forks.{fork}"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=20)
    assert "RuntimeError: threads run" in done.stderr


FORKER = """
import os, signal, sys, time
from chengyang.devtools import forks
def run():
    {run}
process = forks.fork(run)
{then}
"""


def outcome(run, then="sys.exit(process.wait() % 256)"):
    """Let a program fork a child that runs the code `run`, and then run the code `then`; return the finished program."""
    code = FORKER.format(run=run, then=then)
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=20)


@pytest.mark.parametrize(
    ("run", "code", "printed"),
    [
        ("pass", 0, ""),
        ("sys.exit(3)", 3, ""),
        ("sys.exit('no use')", 1, "no use\n"),
        ("os.kill(os.getpid(), 9)", 247, ""),
    ],
)
def test_a_child_ends_like_a_program(run, code, printed):
    done = outcome(run)
    assert (done.returncode, done.stderr) == (code, printed)


def test_a_child_prints_nothing_that_was_printed_before():
    code = "from chengyang.devtools import forks; print('before'); forks.fork(lambda: print('in it')).wait()"
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=buffered, capture_output=True, text=True, timeout=20)
    assert done.stdout == "before\nin it\n"


def test_a_child_ends_with_the_program_that_forked_it():
    done = outcome("print(os.getpid(), flush=True); time.sleep(60)", "time.sleep(0.5); os.kill(os.getpid(), 9)")
    assert done.returncode == -signal.SIGKILL
    # The output is there long before a minute is over: the child, which would hold it open, has ended, too.
    assert int(done.stdout) > 0
