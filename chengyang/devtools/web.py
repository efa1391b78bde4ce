"""The web server of `up`: granian, with the application loaded once and shared by its workers.

Run as `python -m chengyang.devtools.web <data folder> <port>`; the folder is there for `ps` to show.
"""

import copy
import gc
import importlib
import sys

WORKERS = 2
THREADS = 4  # of each worker
DRAIN = 2  # seconds that requests under way have at the end
APPLICATION = "chengyang.wsgi"


def preload():
    """Load the application, its URLs and templates before the workers are forked, without a connection to share."""
    from django.db import connections
    from django.template import engines
    from django.urls import get_resolver

    importlib.import_module(APPLICATION)
    get_resolver().url_patterns  # noqa: B018
    engines.all()
    connections.close_all()
    gc.collect()
    gc.freeze()  # the workers' collectors then leave the shared pages alone


def logging_config():
    """Return the portal's logging with the server's own lines in it."""
    from django.conf import settings

    config = copy.deepcopy(settings.LOGGING)
    config["loggers"]["_granian"] = {"level": "INFO"}
    return config


def serve(port):
    """Serve on 127.0.0.1:`port` until SIGINT or SIGTERM."""
    from granian import Granian
    from granian.constants import Interfaces

    server = Granian(
        f"{APPLICATION}:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=DRAIN,
        websockets=False,
        log_dictconfig=logging_config(),
    )
    server.serve()


if __name__ == "__main__":
    preload()
    serve(int(sys.argv[2]))
