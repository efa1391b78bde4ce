"""Pages as the page cache keeps them: in the cache server for all processes, and a few of them in the memory of each.

Whether a page still counts is decided by its age (`content.Age`).
"""

import gzip
import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import zstandard
from redis.exceptions import RedisError

from . import cache as cache_backend
from . import content
from .bounded import BoundedMemory

MOST_PER_LIFE = 1000  # pages stored in the cache server in `content.LIFE` seconds, so that it cannot be filled
LOCAL_BYTES = 6 * 1024 * 1024  # of the pages in the memory of one process, with their compressed forms
MAKING = 5  # seconds after which a request that is making a page is given up
SMALLEST = 200  # bytes: smaller answers are not compressed
COMPRESS = {
    "zstd": zstandard.ZstdCompressor(level=6).compress,
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
}


@dataclass
class StoredPage:
    """A page: status line, headers and body as Django answered, and what it was made for."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    age: content.Age
    encoded: dict[str, tuple[bytes, list[tuple[str, str]]]] = field(default_factory=dict)  # made when first asked for

    def as_encoded(self, encoding: str) -> tuple[bytes, list[tuple[str, str]]]:
        """Return the body in `encoding` (a key of COMPRESS, or empty) and the headers of the answer with it."""
        if encoding not in self.encoded:
            body = COMPRESS[encoding](self.body) if encoding else self.body
            own = [("Content-Encoding", encoding)] if encoding else []
            self.encoded[encoding] = body, [*self.headers, *own, ("Content-Length", str(len(body)))]
        return self.encoded[encoding]

    def to_bytes(self) -> bytes:
        """Return the page as `from_bytes` reads it."""
        about = [self.status, self.headers, vars(self.age)]
        return json.dumps(about).encode() + b"\n" + self.body


def from_bytes(data: bytes) -> StoredPage:
    """Return the page that `StoredPage.to_bytes` wrote."""
    about, _newline, body = data.partition(b"\n")
    status, headers, age = json.loads(about)
    return StoredPage(status, [tuple(header) for header in headers], body, content.Age(**age))


class Store:
    """Pages by key, in the memory of this process and in the cache server. Safe for several threads."""

    def __init__(self) -> None:
        self.pages: BoundedMemory[StoredPage] = BoundedMemory(LOCAL_BYTES, lambda page: 2 * len(page.body))

    def find_or_claim(self, key: str, versions: Mapping[str, str]) -> tuple[StoredPage | None, bool]:
        """Return the page under `key` if it counts, and whether the caller is the one that makes it; the others wait for it.

        The claim is made before the page is looked for, by one exchange with the cache server: `save` stores the page before
        it ends the claim, so whoever claims next finds it. A cache server that is away has neither.
        """
        page = self.pages.get(key)
        if page and page.age.counts(versions):
            return page, False
        if content.is_away():
            return None, False
        try:
            claimed, data = content.exchange(
                content.packed("SET", _claim(key), "1", "NX", "EX", MAKING),
                content.packed("GET", content.key("page", key)),
            )
        except (RedisError, OSError) as error:
            cache_backend.pause(error)
            return None, False
        page = from_bytes(data) if data else None
        if page is None or not page.age.counts(versions):
            return None, bool(claimed)
        self.pages.put(key, page)
        if claimed:
            self.release(key)
        return page, False

    def save(self, key: str, page: StoredPage) -> None:
        """Keep `page` under `key` and end the claim, by one exchange with the cache server.

        The cache server takes `MOST_PER_LIFE` pages in `LIFE` seconds and no more.
        """
        self.pages.put(key, page)
        if content.is_away():
            return
        counter, name = content.key("page", f"count:{int(time.time() / content.LIFE)}"), content.key("page", key)
        try:
            number, *_rest = content.exchange(
                content.packed("INCR", counter),
                content.packed("EXPIRE", counter, 2 * content.LIFE),
                content.packed("SET", name, page.to_bytes(), "EX", content.LIFE),
                content.packed("DEL", _claim(key)),
            )
            if number > MOST_PER_LIFE:
                content.exchange(content.packed("DEL", name))
        except (RedisError, OSError) as error:
            cache_backend.pause(error)

    def release(self, key: str) -> None:
        """End the claim without a page."""
        if content.is_away():
            return
        try:
            content.exchange(content.packed("DEL", _claim(key)))
        except (RedisError, OSError) as error:
            cache_backend.pause(error)


def _claim(key: str) -> str:
    return content.key("page", f"making:{key}")


def key_of(*parts: object) -> str:
    """Return a short key for `parts`."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()
