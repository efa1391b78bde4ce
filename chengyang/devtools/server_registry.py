"""The addresses of the servers that run for a data folder, for commands that did not start them. Standard library only.

`up` and `dev` write them to files in `run/`. An address is returned only if the server answers: the file of a killed server
stays.
"""

import contextlib
import json
import os
import socket
import struct
from pathlib import Path
from urllib.parse import quote

PORT = 5432  # only part of the socket's file name; nothing listens on TCP
DATABASE = "chengyang"
ANSWER_TIMEOUT = 2.0  # seconds


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
    """Return whether the server of the socket folder accepts sessions; not so while it starts, recovers or stops."""
    startup = f"user\0{user}\0database\0postgres\0\0".encode()
    message = struct.pack("!ii", len(startup) + 8, 3 << 16) + startup
    # The first byte is R (AuthenticationOk) or E (an error, for example "starting up").
    return _first_byte(Path(folder) / f".s.PGSQL.{PORT}", message, goodbye=struct.pack("!ci", b"X", 4)) == b"R"


def valkey_answers(path):
    """Return whether the server of the socket `path` serves commands; not so while it loads its data."""
    return _first_byte(path, b"PING\r\n", goodbye=b"QUIT\r\n") == b"+"


def write(home, name, facts):
    """Write `facts`, a dict, to the file `run/<name>` of the data folder, for `database_url` and `redis_url`."""
    target = run_folder(home) / name
    draft = target.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(facts) + "\n")
    draft.replace(target)


def remove(home, name):
    """Delete the file `run/<name>` of the data folder if it exists."""
    (run_folder(home) / name).unlink(missing_ok=True)


def run_folder(home):
    """Return the folder `run` of the data folder `home`, which is made if it is missing."""
    folder = Path(home) / "run"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _read(home, name):
    try:
        return json.loads((Path(home) / "run" / name).read_text())
    except (OSError, ValueError):
        return None


def _first_byte(path, message, *, goodbye):
    """Return the first byte of the answer to `message` on the unix socket `path`, or b"" when there is no answer.

    The connection is ended by the message `goodbye` and read to its end: otherwise the server would log an error each time.
    """
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(ANSWER_TIMEOUT)
        first = b""
        with contextlib.suppress(OSError):
            link.connect(str(path))
            link.sendall(message)
            first = link.recv(1)
            link.sendall(goodbye)
            while link.recv(4096):
                pass
        return first
