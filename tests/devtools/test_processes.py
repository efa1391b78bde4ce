"""Children: they are heard, they end, and nothing of them is left."""

import os
import signal
import subprocess
import sys

import pytest

from chengyang.devtools import processes
from chengyang.devtools.processes import Child, Supervisor, end_all, marked

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


@pytest.fixture
def aloud(home):
    """A supervisor that also prints."""
    one = Supervisor(home / "log")
    yield one
    for child in list(one.children):
        one.stop(child, graces=[(signal.SIGKILL, 2)])


def python(name, code, **environment):
    return Child(name, [sys.executable, "-c", code], env={**os.environ, **environment})


def begin(supervisor, child):
    """Start `child` and wait for its first line."""
    supervisor.start(child)
    assert supervisor.wait(lambda: supervisor.tail(child.name), 10)
    return child


def test_lines_reach_the_log_and_the_terminal(aloud, capsys):
    child = python("web", "print('第一行'); print('second', end='\\n')")
    aloud.start(child)
    aloud.wait(lambda: not child.alive(), 10)
    aloud.stop(child, graces=[])
    assert aloud.tail("web") == "第一行\nsecond"
    assert capsys.readouterr().out == "web      | 第一行\nweb      | second\n"


def test_log_goes_on_in_a_new_file_when_it_is_long(aloud, monkeypatch):
    monkeypatch.setattr(processes, "LOG_BYTES", 200)
    child = python("web", "for number in range(20): print('x' * 30)")
    aloud.start(child)
    aloud.wait(lambda: not child.alive(), 10)
    aloud.stop(child, graces=[])
    assert (aloud.logs / "web.log.1").exists()
    assert (aloud.logs / "web.log").stat().st_size <= 200


def test_deaf_child_is_killed_when_its_time_is_over(aloud):
    child = begin(aloud, python("web", DEAF))
    aloud.stop(child, graces=[(None, 0.2)])
    assert child.process.returncode == -signal.SIGKILL


def test_second_signal_ends_a_child_that_ignores_the_first(aloud):
    child = begin(aloud, python("web", DEAF))
    aloud.stop(child, graces=[(None, 0.2), (signal.SIGQUIT, 30)])
    assert child.process.returncode == -signal.SIGQUIT


def test_grandchildren_end_with_the_child(aloud, home):
    code = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', sys.argv[1]]); print('two', flush=True)"
    child = Child("web", [sys.executable, "-c", code, "import time; time.sleep(60)"], env={processes.MARK: str(home)})
    begin(aloud, child)
    assert list(marked(home))
    aloud.stop(child, graces=[])
    assert end_all(lambda: marked(home), 0, 5)


def test_signal_stops_a_wait_at_once(home):
    one = Supervisor(home / "log", echo=False)
    with one.hearing():
        os.kill(os.getpid(), signal.SIGTERM)
        assert one.wait(lambda: False, 60) is False
    assert one.signalled == signal.SIGTERM


def test_signals_mean_afterwards_what_they_meant_before(home):
    before = [signal.getsignal(number) for number in processes.STOP_SIGNALS]
    with Supervisor(home / "log", echo=False).hearing():
        pass
    assert [signal.getsignal(number) for number in processes.STOP_SIGNALS] == before


def test_processes_of_another_data_folder_are_not_ours(home):
    stranger = subprocess.Popen(["/bin/sleep", "60"], env={processes.MARK: f"{home}/other"})
    try:
        assert list(marked(home)) == []
        assert list(marked(f"{home}/other")) == [stranger.pid]
    finally:
        stranger.kill()
        stranger.wait()


def test_output_that_nobody_reads_holds_nothing_up(home, monkeypatch):
    reader, writer = os.pipe()
    with open(writer, "w") as unread, open(reader, "rb") as late:
        monkeypatch.setattr(sys, "stdout", unread)
        one = Supervisor(home / "log")
        child = python("web", "for number in range(3000): print('x' * 99)")
        one.start(child)
        assert one.wait(lambda: not child.alive(), 30)
        one.stop(child, graces=[])
        os.read(late.fileno(), 1 << 20)
        one.say("here again")
        assert b"lines were left out here" in os.read(late.fileno(), 1 << 20)
    assert (one.logs / "web.log").read_text().count("\n") == 3000


def test_nohup_is_respected(home):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Supervisor(home / "log", echo=False).hearing():
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
