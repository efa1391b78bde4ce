"""Prepare the portal, load it once meanwhile, and fork web server and worker of `up` from this process, which then ends.

Run as `python -m chengyang.devtools.preloaded <data folder> <port> <file of the schedule> <report> <web> <worker>`; the last
three are descriptors of pipes: for the lines `<name> <process id>`, and for the output of each process. What was loaded is
in memory once for all of them. The preparation runs in a process of its own, whose memory the others do not inherit. A
restart starts `web` or `worker` by itself.
"""

import os
import signal
import subprocess
import sys

from . import catalogues, forks, web, worker
from .processes import die_with_parent


def main(home, port, schedule, report, outputs):
    """Prepare, load, and fork both processes for our parent; return the exit code of the preparation if it failed."""
    catalogues.compile_all()  # before two processes read them
    preparation = subprocess.Popen(
        [sys.executable, "-m", "chengyang.devtools.prepare", home],
        stdin=subprocess.DEVNULL,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    try:
        web.load()
        worker.load()
    finally:
        code = preparation.wait()
        if code:
            os._exit(1)  # it has said why, which is also why loading fails
    web.load_application()  # reads the files that the preparation collects
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # what is forked is reported
    plans = {
        "web": (lambda: web.serve(int(port)), [*web.COMMAND, home, port]),
        "worker": (lambda: worker.run(schedule), [*worker.COMMAND, schedule]),
    }
    for name, (run, command) in plans.items():
        others = (report, *(descriptor for other, descriptor in outputs.items() if other != name))
        line = [sys.executable, *command]
        pid = forks.fork_for(os.getppid(), run, command=line, output=outputs[name], close=others)
        os.write(report, f"{name} {pid}\n".encode())


if __name__ == "__main__":
    home, port, schedule, *descriptors = sys.argv[1:]
    report, of_web, of_worker = map(int, descriptors)
    main(home, port, schedule, report, {"web": of_web, "worker": of_worker})
