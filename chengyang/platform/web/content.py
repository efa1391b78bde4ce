"""Versions of what public pages show, so that a page kept in a cache is never older than the data.

A version is a random token in the cache server under a name: `SITE` for everything that public pages show, `PLACES` for the
numbers of places and check-ins, `activity:<public id>` for those of one activity, `WORK` for what waits for officers. A write
moves versions when its transaction has been committed (`changed`); what makes a page reads the tokens first (`tokens`) and
stores them with it, and the page counts while they are still the same.

`audit.record` calls `changed` for every change; writes that are not recorded one by one, such as loading the demonstration,
call it themselves. A process that cannot reach the cache server moves the versions as soon as it answers again. Only a
process that is killed between its commit and `changed` leaves a version unmoved: kept pages end after `LIFE`
seconds in any case.
"""

import datetime as dt
import os
import secrets
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import hiredis
import redis
from django.conf import settings
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpResponse
from redis.exceptions import RedisError

from chengyang import clock, extensions

from . import cache as cache_backend
from . import context

SITE = "site"
PLACES = "places"
WORK = "work"
RETRY = 0.1  # seconds between attempts to move the versions that a cache server that was away did not get
NAME_LIFE = 24 * 3600  # seconds that the version of one activity is kept, far longer than any page
COMMON = (SITE, PLACES, WORK)


def nothing(_subject: Any) -> Iterable[str]:
    """Return no version: for verbs that change no row that is shown, such as readings and sign-ins."""
    return ()


def unpublished(_subject: Any) -> Iterable[str]:
    """Return the version of what waits for officers: for verbs whose change no public page shows."""
    return (WORK,)


def activity_version(public_id: str) -> str:
    """Return the name of the version of one activity's places."""
    return f"activity:{public_id}"


def server() -> redis.Redis:
    """Return the client of the cache server; it gives up as soon as the cache backend does."""
    return _client(settings.CACHES["default"]["LOCATION"])


def key(kind: str, name: str) -> str:
    """Return the key of `name` in the cache server; `kind` is `content` for a version and `page` for a kept page."""
    return f"{settings.CACHES['default'].get('KEY_PREFIX', '')}:{kind}:{name}"


def has_server() -> bool:
    """Return whether the cache is a server, and not in the memory of this process."""
    return "LOCATION" in settings.CACHES["default"]


def is_away() -> bool:
    """Return whether there is no cache server to ask now: none is configured, or it failed a moment ago."""
    return not has_server() or cache_backend.is_away()


@lru_cache(maxsize=2)
def _client(location: str) -> redis.Redis:
    return redis.Redis.from_url(location, **cache_backend.OPTIONS)


# ---- moving versions ------------------------------------------------------------------------------------------------
def changed(*names: str) -> None:
    """Move the versions `names` (without arguments: SITE) when the current transaction is committed, or now outside one."""
    wanted = frozenset(names or (SITE,))
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        _move(wanted)
        return
    if wanted <= _registered(connection):
        return
    _registered(connection).update(wanted)
    connection.on_commit(lambda: _move(wanted), robust=True)


def changed_by(verb: str, subject: Any) -> None:
    """Move the versions that the slot `content` gives for `verb`; a verb without an entry there moves SITE and WORK."""
    versions_of = extensions.content().get(verb)
    names = (SITE, WORK) if versions_of is None else tuple(versions_of(subject))
    if names:
        changed(*names)


def _registered(connection: BaseDatabaseWrapper) -> set[str]:
    """Return the names that the current transaction already moves when it commits.

    Django replaces its list `run_on_commit` when the transaction ends and when a savepoint is rolled back, which may have
    removed what was registered. So the set counts only together with the list that it was made for.
    """
    if getattr(connection, "content_list", None) is not connection.run_on_commit:
        connection.content_list, connection.content_names = connection.run_on_commit, set()
    return connection.content_names


_owed: set[str] = set()  # names whose version could not be moved yet
_owed_lock = threading.Lock()


def _move(names: Iterable[str]) -> None:
    _of_request.set(None)
    if not has_server() or (not _owed and _moved(names)):
        return
    with _owed_lock:
        is_running = bool(_owed)
        _owed.update(names)
    if not is_running:
        threading.Thread(target=_pay, name="content-versions", daemon=True).start()


def _moved(names: Iterable[str]) -> bool:
    """Move the versions; return whether the cache server did it."""
    try:
        commands = server().pipeline(transaction=False)
        for name in names:
            commands.set(key("content", name), secrets.token_hex(8), ex=None if name in COMMON else NAME_LIFE)
        commands.execute()
    except (RedisError, OSError) as error:
        cache_backend.pause(error)
        return False
    return True


def _pay() -> None:
    """Move the owed versions as soon as the cache server answers."""
    while True:
        with _owed_lock:  # held meanwhile, so that nothing is added that was not moved
            if _moved(_owed):
                _owed.clear()
                cache_backend.resume()
                return
        time.sleep(RETRY)


# ---- reading versions -----------------------------------------------------------------------------------------------
def tokens(names: Iterable[str]) -> dict[str, str] | None:
    """Return name → token of the versions `names`, or None while the cache server is away.

    SITE always has a token: it gets a new one after the cache server lost its data, so that nothing kept before counts.
    """
    wanted = tuple(names)
    if _owed or is_away():
        return None
    try:
        found = _read(wanted)
        if SITE in wanted and found[wanted.index(SITE)] is None:
            server().set(key("content", SITE), secrets.token_hex(8), nx=True)
            found = _read(wanted)
    except (RedisError, OSError) as error:
        _thread.__dict__.clear()
        cache_backend.pause(error)
        return None
    return {name: (token or b"").decode() for name, token in zip(wanted, found, strict=True)}


# The tokens of COMMON as they were when the current request asked first: with its id.
_of_request: ContextVar[tuple[str, dict[str, str] | None] | None] = ContextVar("content_tokens", default=None)


def tokens_of_request() -> dict[str, str] | None:
    """Return the tokens of COMMON, read once in a request and again after it has moved a version itself; None as `tokens`."""
    request = context.current().request_id
    known = _of_request.get()
    if request and known and known[0] == request:
        return known[1]
    found = tokens(COMMON)
    _of_request.set((request, found))
    return found


_thread = threading.local()  # a connection of each thread, because every request of a visitor reads the versions


def exchange(*commands: bytes) -> list[Any]:
    """Return the answers of the cache server to `commands` (of `packed`), sent at once on the connection of this thread.

    The client's pipeline does the same and takes several times as long. Raises RedisError and OSError.
    """
    owner = (os.getpid(), settings.CACHES["default"]["LOCATION"])  # a process that was forked needs its own connection
    if getattr(_thread, "owner", None) == owner:
        try:
            return _answers(_thread.connection, commands)
        except redis.exceptions.ConnectionError:  # the server was started anew
            pass
    pool = server().connection_pool
    connection = pool.connection_class(**pool.connection_kwargs)  # the pool counts those it makes and never forgets one
    found = _answers(connection, commands)
    _thread.connection, _thread.owner = connection, owner
    return found


def packed(*parts: str | bytes | int) -> bytes:
    """Return one command for `exchange`: its name and its arguments."""
    return hiredis.pack_command(parts)


def _answers(connection: Any, commands: Sequence[bytes]) -> list[Any]:
    try:
        connection.send_packed_command([b"".join(commands)])  # connects first, where it must
        return [connection.read_response() for _command in commands]
    except BaseException:
        connection.disconnect()  # an answer that comes later is not taken for that of the next command
        raise


def _read(names: tuple[str, ...]) -> list[bytes | None]:
    """Return the tokens. Raises RedisError and OSError."""
    return exchange(_command(key("content", ""), names))[0]


@lru_cache(maxsize=4096)
def _command(prefix: str, names: tuple[str, ...]) -> bytes:
    """Return the command for `names` as the server reads it."""
    return packed("MGET", *(prefix + name for name in names))


def not_kept(response: HttpResponse) -> HttpResponse:
    """Return `response` so that no cache keeps it: for addresses that everybody can invent, such as unknown filter values."""
    response.headers["Cache-Control"] = "no-store"
    return response


# ---- how long something counts ---------------------------------------------------------------------------------------
LIFE = 60  # seconds that anything made for a version is kept at most
PLACES_LIFE = 1.0  # seconds that something may show the number of places as it was


@dataclass(frozen=True)
class Age:
    """What something kept was made for: the tokens, the moment of making (seconds of `time.time`) and the moment at which
    time changes it (seconds of the portal's clock).
    """

    versions: dict[str, str]
    made_at: float
    ends_at: float

    def counts(self, versions: Mapping[str, str], *, at_once: bool = False) -> bool:
        """Return whether it still counts when the versions of now are `versions`; with `at_once`, PLACES has no delay either."""
        age = time.time() - self.made_at
        if age >= LIFE or clock.timestamp() >= self.ends_at:
            return False
        if self.versions == versions:
            return True
        if at_once:
            return False
        moved = {name for name, token in versions.items() if self.versions.get(name) != token}
        return moved == {PLACES} and age < PLACES_LIFE


def age_of(versions: dict[str, str]) -> Age:
    """Return the age of something that is begun now for `versions`, which contain SITE."""
    return Age(versions, time.time(), next_change(versions[SITE]).timestamp())


# ---- time -----------------------------------------------------------------------------------------------------------
_next_change: dict[str, dt.datetime] = {}  # the token of SITE → the next moment at which time changes a page


def next_change(site_token: str) -> dt.datetime:
    """Return the next moment at which time alone changes a public page: the earliest of the slot `content_moments`, or midnight.

    `site_token` is the version of SITE that the page is made for; the moments are asked for once per version.
    """
    now = clock.now()
    moment = _next_change.get(site_token)
    if moment is None or moment <= now:
        midnight = clock.at(now.date() + dt.timedelta(days=1))
        found = (source(now) for source in extensions.content_moments())
        moment = min((one for one in found if one), default=midnight)
        moment = min(moment, midnight)
        _next_change.clear()
        _next_change[site_token] = moment
    return moment
