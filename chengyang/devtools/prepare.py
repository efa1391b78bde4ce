"""What must be done before the portal can serve: one Django process that brings the database and the files up to date.

`python3 manage.py prepare` does the same for a production start. Each step may be repeated; the demo comes once.
"""

import json
import os

from . import catalogues, paths
from .paths import ROOT, Problem, digest, home
from .processes import MARK


def main():
    """Run the steps; raises `Problem` for configuration and commands that refuse."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengyang.settings")
    catalogues.compile_all()  # before Django reads them

    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError, call_command
    from django.db import OperationalError
    from redis.exceptions import RedisError

    try:
        django.setup()
        if not read_state().get("started"):
            print("making the tables (once)", flush=True)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("seed", verbosity=0)
        collect_static(call_command)
        load_demo(call_command)
        forget_heartbeat()
    except ImproperlyConfigured as error:
        raise Problem(f"Configuration: {error}") from None
    except CommandError as error:
        raise Problem(str(error)) from None
    except OperationalError as error:
        raise Problem(f"The database of DATABASE_URL cannot be used: {_first_line(error)}") from None
    except RedisError as error:
        raise Problem(f"The server of REDIS_URL cannot be used: {_first_line(error)}") from None


def collect_static(call_command):
    """Collect static files when the lock (that is, a package) or one of our own files changed."""
    from django.conf import settings

    own = sorted(path for folder in settings.STATICFILES_DIRS for path in folder.rglob("*") if path.is_file())
    stamp = settings.STATIC_ROOT / ".stamp"
    wanted = "\n".join(f"{digest(path)} {path}" for path in (ROOT / "requirements.lock", *own))
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("collecting static files", flush=True)
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(wanted)


def load_demo(call_command):
    """Load the demo on the first start of this data folder, unless `DEMO=off`; never on a later one."""
    from django.conf import settings

    if read_state().get("started"):
        return
    if settings.DEMO:
        print("loading the demo (once)", flush=True)
        call_command("demo", verbosity=0)
    write_state(started=True, demo=settings.DEMO)


def _first_line(error):
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def forget_heartbeat():
    """Under `up`, drop the sign of life of a worker that was killed: it says nothing about the one to come."""
    from django.conf import settings
    from django.core.cache import cache

    if MARK in os.environ:
        cache.delete(settings.WORKER_HEARTBEAT_KEY)


def read_state():
    """Return what earlier starts noted about this data folder: `started` and `demo`."""
    try:
        return json.loads((home() / "state.json").read_text())
    except (OSError, ValueError):
        return {}


def write_state(**facts):
    """Note `facts`, whole or not at all."""
    draft = home() / "state.json.new"
    draft.write_text(json.dumps(facts) + "\n")
    draft.replace(home() / "state.json")


if __name__ == "__main__":
    paths.run(main)
