"""The web server of `up`: granian. The application is loaded once, before the workers are forked, to save memory.

Run as `python -m chengyang.devtools.web <data folder> <port>`; the folder is an argument only for the output of `ps`.
"""

import copy
import gc
import importlib
import os
import sys

WORKERS = 2
THREADS = 4  # of each worker
SHUTDOWN_TIMEOUT = 2  # seconds for requests in progress
APPLICATION = "chengyang.wsgi"
COMMAND = ("-m", "chengyang.devtools.web")
WORDS = "chengyang.lib.chinese.words"
LOADED_LATE = (  # what the first requests would import in each process
    "cnlunar",
    "django.contrib.messages.storage.session",
    "django.contrib.sessions.serializers",
)


def load():
    """Load the code of the portal, its URLs, templates and words; uses neither the database nor the collected files."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengyang.settings")
    import django
    from django.conf import settings
    from django.template import engines
    from django.urls import get_resolver
    from django.utils import translation

    django.setup()
    for name in LOADED_LATE:
        importlib.import_module(name)
    for templates in engines.all():
        templates.engine.template_loaders, templates.engine.template_context_processors  # noqa: B018
    with translation.override(settings.LANGUAGE_CODE):
        get_resolver().reverse_dict  # noqa: B018
    importlib.import_module(WORDS).words("社会阶层")  # reads the list of words


def load_application():
    """Load what is left, and close connections, which forked processes must not share."""
    from django.core.cache import caches
    from django.db import connections

    importlib.import_module(APPLICATION)
    connections.close_all()
    caches.close_all()
    gc.unfreeze()  # `chengyang.wsgi` freezes what it has loaded without looking for garbage in it
    gc.collect()
    gc.freeze()  # otherwise the garbage collector of a forked process writes to every object, which copies the shared pages


def logging_config():
    """Return the logging configuration of the portal with the messages of granian added."""
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
        workers_kill_timeout=SHUTDOWN_TIMEOUT,
        websockets=False,
        log_dictconfig=logging_config(),
    )
    server.serve()


if __name__ == "__main__":
    load()
    load_application()
    serve(int(sys.argv[2]))
