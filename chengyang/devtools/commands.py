"""The commands that `manage.py` adds to Django's: their options and help texts. Standard library only.

An option of `up`, `dev` and `prepare` only sets the environment variable of the same meaning, so that a command line and a
configured environment cannot differ in what they do.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

RUNTIME, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"
VARIABLES = ("PORT", "CHENGYANG_HOME", "DEMO")  # what the options below set


@dataclass(frozen=True)
class Command:
    """One command.

    `module` is run as `__main__`. `lock` is the lock file whose packages must be installed; None means that the
    command takes the environment as it is. `add_options` adds options to an `argparse.ArgumentParser`.
    """

    summary: str
    module: str
    lock: str | None
    add_options: Callable = lambda parser: None
    passes_on: str = ""  # the program that receives every option which is not ours


def _add_data(parser):
    parser.add_argument(
        "--data", dest="CHENGYANG_HOME", metavar="FOLDER", help="data folder (variable CHENGYANG_HOME; default: var)"
    )


def _add_no_demo(parser):
    parser.add_argument(
        "--no-demo",
        dest="DEMO",
        action="store_const",
        const="off",
        help="load no demonstration data at the first start of a data folder (variable DEMO=off)",
    )


def _add_server_options(parser):
    parser.add_argument(
        "--port", dest="PORT", metavar="N", help="port on 127.0.0.1, 1 to 65535 (variable PORT; default: 8000)"
    )
    _add_prepare_options(parser)


def _add_prepare_options(parser):
    _add_data(parser)
    _add_no_demo(parser)


def _add_test_options(parser):
    parser.add_argument(
        "--keep",
        action="store_true",
        help="keep the cluster and the migrated database in var/test, so that the next run starts within seconds",
    )
    parser.add_argument(
        "--servers",
        choices=("own", "environment"),
        default="own",
        help="own: start Postgres and Valkey for this run (default); environment: use DATABASE_URL and REDIS_URL",
    )


def _add_mutants_options(parser):
    parser.add_argument("names", nargs="*", metavar="NAME", help="break only the rules of these names (default: all)")


COMMANDS = {
    "up": Command(
        "Run the whole portal on 127.0.0.1: Postgres, Valkey, web server and worker. Ctrl-C stops everything.",
        "chengyang.devtools.up",
        RUNTIME,
        _add_server_options,
    ),
    "dev": Command(
        "Run the same servers as `up` for development: reload on save, uncached templates, Django's error pages.",
        "chengyang.devtools.dev",
        RUNTIME,
        _add_server_options,
    ),
    "test": Command(
        "Run the tests with Postgres and Valkey of their own. Every other option is passed on to pytest.",
        "chengyang.devtools.test",
        DEVELOPMENT,
        _add_test_options,
        passes_on="pytest",
    ),
    "check-all": Command(
        "Run every check that needs no server: types, lint, format, import contracts, migrations, translations.",
        "chengyang.devtools.check",
        DEVELOPMENT,
    ),
    "mutants": Command(
        "Break the listed rules of the code one at a time; the tests must notice each of them.",
        "chengyang.devtools.mutants",
        DEVELOPMENT,
        _add_mutants_options,
    ),
    "snapshots": Command(
        "Write the pinned declarations and the matrix of addresses and personas again; read the difference afterwards.",
        "chengyang.devtools.snapshots",
        DEVELOPMENT,
    ),
    "prepare": Command(
        "Migrate the database, load reference data, collect static files. Safe to repeat.",
        "chengyang.devtools.prepare",
        None,
        _add_prepare_options,
    ),
}


def parser(name):
    """Return the `argparse.ArgumentParser` of the command `name`, a key of `COMMANDS`."""
    command = COMMANDS[name]
    # Abbreviations are off: `--ke` must not mean `--keep`, because pytest has options of its own.
    found = argparse.ArgumentParser(prog=f"manage.py {name}", description=command.summary, allow_abbrev=False)
    if command.passes_on:
        found.usage = f"%(prog)s [options] [{command.passes_on} arguments]"
    command.add_options(found)
    return found


def parse(name, arguments):
    """Parse `arguments` (a list of strings) of the command `name`; return (options, list of arguments to pass on).

    Prints the help and exits with code 0 for `--help`; exits with code 2 for an option that the command does not have.
    """
    if COMMANDS[name].passes_on:
        return parser(name).parse_known_args(arguments)
    return parser(name).parse_args(arguments), []


def variables(options):
    """Return the environment variables, as a dict, that the parsed `options` set."""
    return {name: value for name, value in vars(options).items() if name in VARIABLES and value is not None}


def overview():
    """Return the help text that lists the commands, one per line."""
    lines = [f"  {name:<10} {command.summary}" for name, command in COMMANDS.items()]
    return "\n".join(["Commands of the portal (`manage.py <command> --help` lists the options):", "", *lines, ""])
