"""From a bare Python to the right command inside the virtual environment. Standard library only.

`up` needs what `requirements.lock` lists; `test`, `check-all` and `mutants` need `requirements-dev.lock`, a superset.
"""

import os
import runpy
import sys

from .environment import Environment
from .paths import ROOT, Problem

RUNTIME, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"

# command: (lock that the environment must meet, or None when it must only exist; module that does the work)
COMMANDS = {
    "up": (RUNTIME, "chengyang.devtools.up"),
    "prepare": (None, "chengyang.devtools.prepare"),
    "test": (DEVELOPMENT, "chengyang.devtools.test"),
    "mutants": (DEVELOPMENT, "chengyang.devtools.mutants"),
    "check-all": (DEVELOPMENT, "chengyang.devtools.check"),
}


def main(argv):
    """Run the command line `argv` (as `sys.argv`); a `Problem` ends it with exit code 1 and one sentence."""
    try:
        lock, module = COMMANDS.get(argv[1] if len(argv) > 1 else "", (None, None))
        environment = Environment(ROOT)
        if lock:
            environment.ensure(lock)
        if environment.exists() and not environment.is_current():
            environment.enter(argv)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengyang.settings")
        if module:
            sys.argv = [module, *argv[2:]]
            runpy.run_module(module, run_name="__main__")
        else:
            run_django(argv)
    except Problem as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(130)


def run_django(argv):
    """Hand `argv` to Django; bad configuration and a missing database end in one sentence each."""
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
        from django.db import OperationalError
    except ImportError:
        raise Problem("Nothing is installed yet: start with `python3 manage.py up`.") from None
    try:
        execute_from_command_line(argv)
    except ImproperlyConfigured as error:
        raise Problem(f"Configuration: {error}") from None
    except OperationalError as error:
        if "/nonexistent" not in str(error):  # the host that settings name when no server is known
            raise
        raise Problem("No portal runs here and DATABASE_URL is not set: start with `python3 manage.py up`.") from None
