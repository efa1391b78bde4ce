"""`manage.py check-all`: every check of the code that needs no server."""

import os
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import catalogues
from .paths import ROOT
from .test import temporary_home
from .test_isolation import HIDDEN

PARALLEL = 2  # checks that run at the same time
NO_SERVER = {
    "DATABASE_URL": "postgresql://portal@/portal?host=/nonexistent",
    "REDIS_URL": "unix:///nonexistent/valkey.sock",
}
EXAMPLE = ROOT / "deploy" / "portal.env.example"
TYPED_FILES = ("actions", "permissions")  # modules or packages of this name, in every app
TYPED_PACKAGES = ("chengyang/lib/chinese", "chengyang/lib/vault")

# Values that the example leaves open, because they are secret; every other value of it is used.
GENERATED = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(64),
    "VAULT_KEYS": lambda: subprocess.check_output(
        [sys.executable, "-m", "chengyang.lib.vault.keys"], text=True
    ).strip(),
}


def main():
    """Run every check, print the output of those that failed and a line for each; return 1 if one failed."""
    with temporary_home() as home, ThreadPoolExecutor(PARALLEL) as pool:
        results = list(pool.map(lambda check: run(*check), checks(home)))
    for name, _seconds, failed, output in results:
        if failed:
            print(f"\n── {name} ──\n{output.strip()}")
    print()
    for name, seconds, failed, _output in results:
        print(f"{'FAILED' if failed else 'ok':<8}{name:<34}{seconds:5.1f} s")
    return int(any(failed for _name, _seconds, failed, _output in results))


def checks(home):
    """Return [(name, command, environment)], the slowest first; `home` is an empty data folder."""
    local = {**without_settings(), **NO_SERVER, "CHENGYANG_HOME": str(home), "PORTAL_ENV": "local"}
    production = {**without_settings(), "CHENGYANG_HOME": str(home), **example()}
    manage = [sys.executable, "manage.py"]
    return [
        ("types", tool("mypy", "--no-error-summary", *typed_paths()), local),
        ("templates", tool("djlint", "templates", "--lint", "--quiet"), local),
        ("deployment", [*manage, "check", "--deploy", "--fail-level", "WARNING"], production),
        ("missing migrations", [*manage, "makemigrations", "--check", "--dry-run"], local),
        ("import contracts", [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"], local),
        ("lint", tool("ruff", "check", "--output-format", "concise", "."), local),
        ("format", tool("ruff", "format", "--check", "--output-format", "concise", "."), local),
        ("Chinese of packages", [sys.executable, "-m", "chengyang.devtools.check", "catalogues"], local),
    ]


def run(name, command, variables):
    """Run one check with the environment `variables`; return (name, seconds, whether it failed, output)."""
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, stdin=subprocess.DEVNULL, errors="replace"
    )
    return name, time.monotonic() - began, done.returncode != 0, done.stdout + done.stderr


def tool(name, *arguments):
    return [sys.executable, "-m", name, *arguments]


def typed_paths():
    """Return the paths, relative to the project, whose types are checked."""
    patterns = ("*/{}*", "*/*/{}*", "chengyang/*/*/{}*")
    named = [path for name in TYPED_FILES for pattern in patterns for path in ROOT.glob(pattern.format(name))]
    ours = [path for path in named if path.is_dir() or path.suffix == ".py"]
    return sorted(
        {str(path.relative_to(ROOT)) for path in ours if path.parts[len(ROOT.parts)] != "tests"} | set(TYPED_PACKAGES)
    )


def without_settings():
    """Return our environment without the variables that configure the portal."""
    return {name: value for name, value in os.environ.items() if name not in HIDDEN}


def example():
    """Return the variables of the example of a deployment, with generated secrets where it leaves them open."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines() if EXAMPLE.exists() else []
    pairs = (line.partition("=") for line in map(str.strip, lines) if line and not line.startswith("#"))
    found = {name.removeprefix("export ").strip(): value.strip().strip("\"'") for name, _, value in pairs}
    blank = {name for name in GENERATED if not found.get(name) or set("<>…") & set(found[name])}
    return {**found, **{name: GENERATED[name]() for name in blank}}


def check_catalogues():
    """Print what `catalogues.problems` finds; return 1 if it finds anything."""
    found = catalogues.problems()
    print("\n".join(found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(check_catalogues() if sys.argv[1:] == ["catalogues"] else main())
