"""The processor time of processes and all below them, from /proc. Neighbours on a busy machine hardly change it."""

import contextlib
import os
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")  # of the clock in which the kernel counts, a second


def spent(*roots):
    """Return the processor seconds that the processes `roots` and all below them have used."""
    below, ticks = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        pid, rest = int(text.split(" ", 1)[0]), text.rpartition(")")[2].split()
        below.setdefault(int(rest[1]), []).append(pid)
        ticks[pid] = sum(map(int, rest[11:15]))  # own, and those of children that have ended
    todo, seen = list(roots), set()
    while todo:
        pid = todo.pop()
        if pid not in seen:
            seen.add(pid)
            todo += below.get(pid, [])
    return sum(ticks.get(pid, 0) for pid in seen) / TICK


KINDS = {"devtools.web": "web", "devtools.worker": "worker", "postgres": "database", "valkey": "cache"}


def spent_by_kind(root):
    """Return {kind: processor seconds} of the portal whose first process is `root`: web, worker, database, cache."""
    found = dict.fromkeys(KINDS.values(), 0.0)
    for name in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            line = name.read_bytes().decode(errors="replace")
            kind = next((kind for word, kind in KINDS.items() if word in line), None)
            if kind and is_below(int(name.parent.name), root):
                rest = (name.parent / "stat").read_text().rpartition(")")[2].split()
                found[kind] += sum(map(int, rest[11:13])) / TICK
    return found


def is_below(pid, root):
    """Return whether the process `pid` was started by `root` or by one below it."""
    while pid > 1:
        if pid == root:
            return True
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return False
