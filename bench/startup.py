"""The start-up times and the memory of the portal, each beside its budget.

`.venv/bin/python bench/startup.py` uses a data folder of its own, so that it may run beside a running portal. It measures the
first start with everything installed (demonstration included), the start after a clean stop, the start after `kill -9` of
every process, and the proportional memory of the running portal (a shared page counts once, divided among its processes).
Budgets in seconds are those of the machine of `machine.py`, times what this one needs more.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from chengyang.devtools.paths import ROOT
from chengyang.devtools.processes import marked, working_in

BUDGETS = {"first start": 60.0, "second start": 3.5, "start after kill -9": 15.0, "clean stop": 10.0, "memory": 380.0}
UNITS = {"memory": "MB"}
SETTLE = 20.0  # seconds with some requests before the memory is measured


def main():
    from machine import slowness  # beside this file; it needs `free_port` of this one

    factor = slowness()
    home = Path(tempfile.mkdtemp(prefix="chengyang-bench-"))
    home.chmod(0o755)
    port = free_port()
    try:
        first, process = start(home, port)
        settle(port)
        memory = proportional_memory(process, home)
        stop = end(process)
        second, process = start(home, port)
        kill(process, home)
        third, process = start(home, port)
        end(process)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    figures = zip(BUDGETS, (first, second, third, stop, memory), strict=True)
    failed = [report(name, value, factor) for name, value in figures].count(False)
    return int(bool(failed))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(home, port, **settings):
    """Start the portal with `settings` in its environment; return (seconds until it was ready, its process)."""
    foreign = ("DATABASE_URL", "REDIS_URL", "DEMO")
    surroundings = {name: value for name, value in os.environ.items() if name not in foreign}
    log = home / "bench.log"
    began = time.monotonic()
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, ROOT / "manage.py", "up"],
            env={**surroundings, **settings, "CHENGYANG_HOME": str(home), "PORT": str(port)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    while "portal ready on" not in (output := log.read_text(errors="replace")):
        if process.poll() is not None:
            sys.exit(f"{output[-2000:]}\nthe portal did not start")
        time.sleep(0.02)
    return time.monotonic() - began, process


def end(process):
    """Stop the portal by SIGTERM; return the seconds it took."""
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait()
    return time.monotonic() - began


def kill(process, home):
    """Kill every process of the portal at once, as a power failure does."""
    for pid in {process.pid, *processes(home)}:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def processes(home):
    """Return the ids of all processes of the portal of `home`."""
    note = home / "postgres.path"
    cluster = Path(note.read_text().strip()) if note.exists() else home / "postgres"
    return {*marked(home), *working_in(cluster)}


def settle(port):
    """Request some pages for `SETTLE` seconds: they load modules that the start does not, and periodic tasks run once."""
    until = time.monotonic() + SETTLE
    while time.monotonic() < until:
        for path in ("/", "/calendar/", "/organizations/", "/readyz"):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as link:
                link.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
                while link.recv(65536):
                    pass
        time.sleep(0.5)


def proportional_memory(process, home):
    """Return the megabytes of the whole portal, and print those of each process."""
    total = 0
    for pid in sorted({process.pid, *processes(home)}):
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            share = next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            print(f"  {share:7.1f} MB  {command[:90]}")
            total += share
    return total


def report(name, value, factor):
    """Print one figure beside its budget, seconds times `factor` for this machine; return whether it is within."""
    unit = UNITS.get(name, "s")
    budget = BUDGETS[name] * (factor if unit == "s" else 1)
    print(f"{name:<20}{value:8.1f} {unit:<3} budget {budget:5.0f} {unit:<3} ratio {value / budget:4.2f}")
    return value <= budget


if __name__ == "__main__":
    sys.exit(main())
