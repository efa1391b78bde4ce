"""Load the portal once, prepare it meanwhile, and fork web server and worker of `up` from this process, which then ends.

Run as `python -m chengyang.devtools.preloaded <data folder> <port> <file of the schedule> <report> <web> <worker>`; the last
three are descriptors of pipes: for the lines `<name> <process id>`, and for the output of each process. What was loaded is
in memory once for all of them. The preparation is forked as soon as the models are loaded, and ends before the others are
forked, which so inherit none of its memory. A restart starts `web` or `worker` by itself.
"""

import gc
import os
import signal
import sys

from . import forks, paths, prepare, web, worker

# Thresholds of `gc`: with the usual ones, looking for garbage takes a sixth of the time, and what is loaded stays anyway.
WHILE_LOADING = (20_000, 50, 100)


def main(home, port, schedule, report, outputs):
    """Load, prepare, and fork both processes for our parent; exits with 1 when the preparation fails. Raises `Problem`."""
    usual = gc.get_threshold()
    gc.set_threshold(*WHILE_LOADING)
    prepare.load()
    preparation = forks.fork(lambda: paths.run(prepare.run))
    try:
        web.load()
        worker.load()
    finally:
        if preparation.wait():
            os._exit(1)  # it has said why, which is also why loading fails
    web.load_application()  # reads the files that the preparation collects
    gc.set_threshold(*usual)
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
    paths.run(lambda: main(home, port, schedule, report, {"web": of_web, "worker": of_worker}))
