"""Where the servers that `manage.py up` started are, for every other command. Standard library only."""

import contextlib
import json
import os
import socket
import struct
from pathlib import Path
from urllib.parse import quote

PORT = 5432  # names the socket file only; nothing listens on TCP
DATABASE = "chengyang"
ANSWER_WITHIN = 2.0  # seconds; a local socket answers at once or not at all


def database_url(home):
    """Return the `DATABASE_URL` of the Postgres that runs for `home` (a path), or None when none answers there."""
    found = _read(home, "postgres.json")
    if not found or not postgres_answers(found["host"], user=found["user"]):
        return None
    return f"postgresql://{quote(found['user'])}@/{quote(found['dbname'])}?host={quote(found['host'], safe='/')}"


def redis_url(home):
    """Return the `REDIS_URL` of the Valkey that runs for `home` (a path), or None when none answers there."""
    found = _read(home, "valkey.json")
    if not found or not valkey_answers(found["socket"]):
        return None
    return f"unix://{quote(found['socket'], safe='/')}?db=0"


def postgres_answers(folder, *, user):
    """Say whether the server behind the socket folder accepts sessions; False while it starts, recovers or stops."""
    startup = f"user\0{user}\0database\0postgres\0\0".encode()
    message = struct.pack("!ii", len(startup) + 8, 3 << 16) + startup
    # R: AuthenticationOk; E: an error, e.g. starting up
    return _ask(Path(folder) / f".s.PGSQL.{PORT}", message, farewell=struct.pack("!ci", b"X", 4)) == b"R"


def valkey_answers(path):
    """Say whether the server behind the socket serves commands; False while it still loads its data."""
    return _ask(path, b"PING\r\n", farewell=b"QUIT\r\n") == b"+"


def write(home, name, facts):
    """Leave the note `var/run/<name>` for `database_url` and `redis_url`; `facts` is a dict for JSON."""
    target = run_folder(home) / name
    draft = target.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(facts) + "\n")
    draft.replace(target)


def forget(home, name):
    """Take the note away; quiet when there is none."""
    (run_folder(home) / name).unlink(missing_ok=True)


def run_folder(home):
    """Return the folder of sockets and notes under `home`, made when missing."""
    folder = Path(home) / "run"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _read(home, name):
    try:
        return json.loads((Path(home) / "run" / name).read_text())
    except (OSError, ValueError):
        return None


def _ask(path, message, *, farewell):
    """Return the first byte that the server behind a unix socket answers to `message`, or b"" when there is none.

    Everything is read and the server takes leave itself, else it logs a broken connection at every look.
    """
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(ANSWER_WITHIN)
        first = b""
        with contextlib.suppress(OSError):
            link.connect(str(path))
            link.sendall(message)
            first = link.recv(1)
            link.sendall(farewell)
            while link.recv(4096):
                pass
        return first
