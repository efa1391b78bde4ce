"""How fast this machine is, beside the one for which the goals of the benchmarks were stated.

Goals in milliseconds of processor time mean little on another machine. There, the bare view of `bare.py` took 0.09 ms of
processor time for a request under `wrk`; where it takes more here, the goals are multiplied in proportion.
"""

import contextlib
import http.client
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from processor import spent
from startup import free_port  # beside this file

BARE_MS = 0.09  # of the bare view, on the machine for which the goals were stated
SIZE, SECONDS, CONNECTIONS = 10_000, 3, 8


def slowness():
    """Return how many times as much processor time as that machine this one needs, at least 1; needs the Debian package `wrk`."""
    if not shutil.which("wrk"):
        sys.exit("wrk is missing: install the Debian package `wrk`.")
    port = free_port()
    bare = subprocess.Popen([sys.executable, Path(__file__).with_name("bare.py"), str(port)])
    try:
        wait_for(port)
        factor = burst(port, bare.pid, f"/bytes/{SIZE}/", SECONDS)[1] / BARE_MS
    finally:
        bare.terminate()
    print(f"this machine needs {factor:.2f} × the processor time of the one for which the goals were stated")
    return max(factor, 1.0)


def wait_for(port):
    """Wait until something listens at `port`; exit after ten seconds."""
    for _ in range(100):
        with contextlib.suppress(OSError):
            http.client.HTTPConnection("127.0.0.1", port, timeout=5).connect()
            return
        time.sleep(0.1)
    sys.exit("the bare view did not start")


def burst(port, pid, path, seconds):
    """Load `path` for some seconds; return (requests a second, milliseconds of processor time of each below `pid`)."""
    before = spent(pid)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", f"http://127.0.0.1:{port}{path}"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        sys.exit(f"{path}: {text}")
    number = int(re.search(r"(\d+) requests in", text)[1])
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]), (spent(pid) - before) * 1000 / number
