"""`manage.py prepare`: bring the database and the files up to date before the servers start.

`up` and `dev` run it in a process of its own; a production start may run it too. Every step can be repeated; the
demonstration is loaded only once.
"""

import contextlib
import json
import os

from . import catalogues, paths
from .paths import ROOT, Problem, digest, home
from .processes import MARK


def main():
    """Load the models and run the steps; raises `Problem`."""
    load()
    run()


def load():
    """Load the models and what listens to them; uses neither the database nor Valkey. Raises `Problem`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengyang.settings")
    catalogues.compile_all()  # before Django reads them

    import django

    with problems():
        django.setup()


def run():
    """Run the steps, with the models loaded; raises `Problem`."""
    from django.core.management import call_command

    from . import tables  # it imports Django, which reads the settings

    with problems():
        if not read_state().get("started"):
            print("making the tables (once)", flush=True)
        tables.make_tables()
        call_command("seed", verbosity=0)
        collect_static(call_command)
        load_demo(call_command)
        delete_heartbeat()


@contextlib.contextmanager
def problems():
    """Raise `Problem` for bad configuration, an unreachable server and a command that refuses, in the block."""
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError
    from django.db import OperationalError
    from redis.exceptions import RedisError

    try:
        yield
    except ImproperlyConfigured as error:
        raise Problem(f"Configuration: {error}") from None
    except CommandError as error:
        raise Problem(str(error)) from None
    except OperationalError as error:
        raise Problem(f"The database of DATABASE_URL cannot be used: {_first_line(error)}") from None
    except RedisError as error:
        raise Problem(f"The server of REDIS_URL cannot be used: {_first_line(error)}") from None


def collect_static(call_command):
    """Collect static files if a package (seen from the lock file) or one of our own files has changed.

    With PORTAL_DEBUG they are served from where they are, and only the folder is made, which WhiteNoise asks for.
    """
    from django.conf import settings

    if settings.DEBUG:
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        return
    own = sorted(path for folder in settings.STATICFILES_DIRS for path in folder.rglob("*") if path.is_file())
    stamp = settings.STATIC_ROOT / ".stamp"
    wanted = "\n".join(f"{digest(path)} {path}" for path in (ROOT / "requirements.lock", *own))
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("collecting static files", flush=True)
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(wanted)


def load_demo(call_command):
    """Load the demonstration at the first start of this data folder, unless DEMO is `off`; never at a later one."""
    from django.conf import settings

    if read_state().get("started"):
        return
    if settings.DEMO:
        print("loading the demo (once)", flush=True)
        call_command("demo", verbosity=0)
    write_state(started=True, demo=settings.DEMO)


def _first_line(error):
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def delete_heartbeat():
    """Delete the heartbeat of a killed worker, if `up` or `dev` called us: it would show the new worker as ready."""
    from django.conf import settings
    from django.core.cache import cache

    if MARK in os.environ:
        cache.delete(settings.WORKER_HEARTBEAT_KEY)


def read_state():
    """Return what earlier starts recorded about this data folder: a dict with `started` and `demo`, or an empty one."""
    try:
        return json.loads((home() / "state.json").read_text())
    except (OSError, ValueError):
        return {}


def write_state(**facts):
    """Record `facts`; the file is replaced at once, so that an interruption leaves the old one."""
    draft = home() / "state.json.new"
    draft.write_text(json.dumps(facts) + "\n")
    draft.replace(home() / "state.json")


if __name__ == "__main__":
    paths.run(main)
