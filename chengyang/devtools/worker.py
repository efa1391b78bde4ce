"""The worker of `up`: Celery and its scheduler in one process, whose tasks run in threads.

Run as `python -m chengyang.devtools.worker <file of the schedule>`. A worker with processes is three of them and takes 120 MB
more; `WORKER_PROCESSES` in the environment asks for it. Production starts worker and scheduler apart (deploy/README.md).
"""

import importlib
import os
import sys
import warnings

APPLICATION = "chengyang.celery"
COMMAND = ("-m", "chengyang.devtools.worker")
THREADS = 2
OPTIONS = ("--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat")


def load():
    """Load what a worker with threads needs, for a process from which one is forked."""
    importlib.import_module(APPLICATION)
    for name in (
        "celery.apps.worker",
        "celery.beat",
        "celery.bin.celery",
        "celery.concurrency.thread",
        "kombu.transport.redis",
    ):
        importlib.import_module(name)


def run(schedule):
    """Run until a signal ends it; `schedule` is the path of the file in which the scheduler notes what it has sent."""
    # Celery warns of running as root because of pickled messages; ours are JSON.
    warnings.filterwarnings("ignore", category=UserWarning, module="celery.platforms")
    app = importlib.import_module(APPLICATION).app
    if processes := os.environ.get("WORKER_PROCESSES", ""):
        app.worker_main(["--quiet", "worker", "--beat", "--schedule", schedule, "--concurrency", processes, *OPTIONS])
        return
    schedule_in_a_thread(app, schedule)
    app.worker_main(["--quiet", "worker", "--pool", "threads", "--concurrency", str(THREADS), *OPTIONS])


def schedule_in_a_thread(app, schedule):
    """Start the scheduler when the worker is ready, and stop it before the worker ends."""
    from celery.beat import EmbeddedService
    from celery.signals import worker_ready, worker_shutdown

    beat = EmbeddedService(app, thread=True, schedule_filename=schedule)

    @worker_ready.connect(weak=False)
    def start(**_):
        beat.start()

    @worker_shutdown.connect(weak=False)
    def stop(**_):
        beat.stop()


if __name__ == "__main__":
    run(sys.argv[1])
