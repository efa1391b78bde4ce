"""The processor time of processes and all below them, from /proc. Neighbours on a busy machine hardly change it."""

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
