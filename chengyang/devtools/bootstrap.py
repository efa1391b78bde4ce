"""Start a command of `manage.py` in the right virtual environment. Standard library only."""

import os
import runpy
import sys

from . import commands
from .environment import Environment
from .paths import ROOT, Problem


def main(argv):
    """Run the command line `argv` (like `sys.argv`).

    Options are parsed first, so that `--help` and a mistyped option neither build nor need an environment. A `Problem`
    ends the process with exit code 1 and one sentence.
    """
    try:
        name, arguments = (argv[1], argv[2:]) if len(argv) > 1 else ("help", [])
        if name == "help" and arguments and arguments[0] in commands.COMMANDS:
            name, arguments = arguments[0], ["--help"]
        command = commands.COMMANDS.get(name)
        if command:
            options, _others = commands.parse(name, arguments)
            os.environ.update(commands.variables(options))
        use_environment(argv, command.lock if command else None)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengyang.settings")
        if command:
            sys.argv = [command.module, *arguments]
            runpy.run_module(command.module, run_name="__main__")
        else:
            run_django(argv)
    except Problem as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(130)


def use_environment(argv, lock):
    """Continue inside the virtual environment of the project, unless the developer runs us in one of their own.

    `lock` names the file whose packages must be installed, or is None. Does not return when the process has to change
    to another Python: the command line `argv` is then run again by that one. Raises `Problem`.
    """
    environment = Environment(ROOT)
    if environment.is_replaced():
        if lock:
            environment.require_packages(lock)
        return
    if lock:
        environment.ensure(lock)
    if environment.exists() and not environment.is_current():
        environment.enter(argv)


def run_django(argv):
    """Pass `argv` on to Django; bad configuration and a missing database end with one sentence each.

    The list of commands starts with ours. It is all that a bare Python prints, because Django is not installed there.
    """
    wants_list = argv[1:] in ([], ["help"], ["--help"], ["-h"])
    if wants_list:
        print(commands.overview(), flush=True)
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
        from django.db import OperationalError
    except ImportError:
        if wants_list:
            return
        raise Problem("Nothing is installed yet: start with `python3 manage.py up`.") from None
    try:
        execute_from_command_line(argv)
    except ImproperlyConfigured as error:
        raise Problem(f"Configuration: {error}") from None
    except OperationalError as error:
        if "/nonexistent" not in str(error):  # the host that settings name when no server is known
            raise
        raise Problem("No portal runs here and DATABASE_URL is not set: start with `python3 manage.py up`.") from None
