"""Child processes and their supervisor: output, signals, shutdown."""

import os
import signal
import subprocess
import sys

import pytest

from chengyang.devtools import processes
from chengyang.devtools.processes import Child, Supervisor, marked, signal_all

# A core dump, which SIGQUIT asks for, would take seconds.
IGNORES_SIGTERM = """
import resource, signal, time
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("started", flush=True)
time.sleep(60)
"""


@pytest.fixture
def printing(home):
    """A supervisor that also prints."""
    one = Supervisor(home / "log")
    yield one
    for child in list(one.children):
        one.stop(child, timeouts=[(signal.SIGKILL, 2)])


def python(name, code, **environment):
    return Child(name, [sys.executable, "-c", code], env={**os.environ, **environment})


def begin(supervisor, child):
    """Start `child`, wait for its first line, and return it."""
    supervisor.start(child)
    assert supervisor.wait(lambda: supervisor.tail(child.name), 10)
    return child


def test_lines_reach_the_log_and_the_terminal(printing, capsys):
    child = python("web", "print('第一行'); print('second', end='\\n')")
    printing.start(child)
    printing.wait(lambda: not child.is_running(), 10)
    printing.stop(child, timeouts=[])
    assert printing.tail("web") == "第一行\nsecond"
    assert capsys.readouterr().out == "web      | 第一行\nweb      | second\n"


def test_long_log_is_rotated(printing, monkeypatch):
    monkeypatch.setattr(processes, "LOG_BYTES", 200)
    child = python("web", "for number in range(20): print('x' * 30)")
    printing.start(child)
    printing.wait(lambda: not child.is_running(), 10)
    printing.stop(child, timeouts=[])
    assert (printing.logs / "web.log.1").exists()
    assert (printing.logs / "web.log").stat().st_size <= 200


def test_child_that_ignores_its_signal_is_killed_after_the_timeout(printing):
    child = begin(printing, python("web", IGNORES_SIGTERM))
    printing.stop(child, timeouts=[(None, 0.2)])
    assert child.process.returncode == -signal.SIGKILL


def test_second_signal_ends_a_child_that_ignores_the_first(printing):
    child = begin(printing, python("web", IGNORES_SIGTERM))
    printing.stop(child, timeouts=[(None, 0.2), (signal.SIGQUIT, 30)])
    assert child.process.returncode == -signal.SIGQUIT


def test_processes_of_the_child_end_with_it(printing, home):
    code = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', sys.argv[1]]); print('two', flush=True)"
    child = Child("web", [sys.executable, "-c", code, "import time; time.sleep(60)"], env={processes.MARK: str(home)})
    begin(printing, child)
    assert list(marked(home))
    printing.stop(child, timeouts=[])
    assert signal_all(lambda: marked(home), 0, 5)


def test_signal_stops_a_wait_at_once(home):
    one = Supervisor(home / "log", echo=False)
    with one.handle_signals():
        os.kill(os.getpid(), signal.SIGTERM)
        assert one.wait(lambda: False, 60) is False
    assert one.signalled == signal.SIGTERM


def test_former_signal_handlers_are_restored(home):
    before = [signal.getsignal(number) for number in processes.STOP_SIGNALS]
    with Supervisor(home / "log", echo=False).handle_signals():
        pass
    assert [signal.getsignal(number) for number in processes.STOP_SIGNALS] == before


def test_processes_of_another_data_folder_are_left_out(home):
    other = subprocess.Popen(["/bin/sleep", "60"], env={processes.MARK: f"{home}/other"})
    try:
        assert list(marked(home)) == []
        assert list(marked(f"{home}/other")) == [other.pid]
    finally:
        other.kill()
        other.wait()


def test_output_that_nobody_reads_blocks_nothing(home, monkeypatch):
    reader, writer = os.pipe()
    with open(writer, "w") as unread, open(reader, "rb") as late:
        monkeypatch.setattr(sys, "stdout", unread)
        one = Supervisor(home / "log")
        child = python("web", "for number in range(3000): print('x' * 99)")
        one.start(child)
        assert one.wait(lambda: not child.is_running(), 30)
        one.stop(child, timeouts=[])
        os.read(late.fileno(), 1 << 20)
        one.print("here again")
        assert b"lines were left out here" in os.read(late.fileno(), 1 << 20)
    assert (one.logs / "web.log").read_text().count("\n") == 3000


def test_nohup_is_respected(home):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Supervisor(home / "log", echo=False).handle_signals():
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
