"""The environment of a test process, set before the settings read it: which servers, which cache, which data folder.

`tests/settings.py` applies it in every process, however pytest was started: by `manage.py test`, by `pytest`, by an
editor, or by pytest-xdist as a worker.
"""

import atexit
import contextlib
import os
import shutil
import tempfile
from urllib.parse import urlsplit

from . import server_registry
from .paths import Problem, home

# Settings of the developer that would change what the tests observe. Each test states what it needs itself.
HIDDEN = (
    *("PORTAL_ENV", "PORTAL_DEBUG", "PORTAL_CLOCK", "PORTAL_HTTPS", "PORT", "DEMO", "DEMO_PASSWORD", "STAFF_MFA"),
    *("SECRET_KEY", "VAULT_KEYS", "ALLOWED_HOSTS", "TRUSTED_PROXIES", "FILES_ACCEL_PREFIX"),
    *("EMAIL_URL", "EMAIL_FROM", "SMS_BACKEND"),
    *(
        "SITE_NAME",
        "SITE_SPONSOR",
        "SITE_DOMAIN",
        "SITE_URL",
        "SITE_ID_CODE",
        "SITE_ICP",
        "SITE_POLICE",
        "SITE_CONTACT",
    ),
    "SITE_MISTAKES_URL",
)
FILES = "CHENGYANG_TEST_FILES"  # variable: the data folder that all processes of one run share
CACHE, CACHES = 15, 14  # Redis databases: 15 for a single process, 1 to 14 for workers; 0 belongs to the portal
OURS = ("chengyang", "test-", "_kombu", "unacked")  # prefixes of the keys that tests write
SAMPLE = 100  # keys that are looked at, at least


def apply(environment):
    """Isolate the tests of this process: change `environment`, a mapping such as `os.environ`.

    Without `manage.py test`, the servers are those of DATABASE_URL and REDIS_URL, otherwise those of a running `up` or
    `dev`; files go to a temporary folder that is deleted at the end. Raises `Problem` when the Redis database that the
    tests would empty holds keys of something else.
    """
    servers = {
        "DATABASE_URL": environment.get("DATABASE_URL") or server_registry.database_url(home()),
        "REDIS_URL": environment.get("REDIS_URL") or server_registry.redis_url(home()),
    }
    environment.update({name: url for name, url in servers.items() if url})
    worker = environment.get("PYTEST_XDIST_WORKER", "")
    if not worker:  # a worker has the environment of the process that started it, with the encryption keys of the run
        for name in HIDDEN:
            environment.pop(name, None)
    if FILES not in environment:
        environment[FILES] = _temporary_folder()
        _use_cache(environment, CACHE)
    if worker.startswith("gw"):
        _use_cache(environment, int(worker.removeprefix("gw")) % CACHES + 1)
    environment["CHENGYANG_HOME"] = os.path.join(environment[FILES], worker) if worker else environment[FILES]


def _temporary_folder():
    folder = tempfile.mkdtemp(prefix="chengyang-test-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _use_cache(environment, number):
    if url := environment.get("REDIS_URL"):
        environment["REDIS_URL"] = with_database(url, number)
        require_own_keys(environment["REDIS_URL"])


def with_database(url, number):
    """Return the `REDIS_URL` `url` (`redis:`, `rediss:` or `unix:`) with the database `number` in place of its own."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"unix://{parts.path}?db={number}"  # geturl() would leave two of the slashes out
    return parts._replace(path=f"/{number}").geturl()


def require_own_keys(url):
    """Raise `Problem` when the Redis database `url` holds a key that no test wrote: tests empty the whole database.

    An unreachable server raises nothing here, because tests without a cache can run all the same.
    """
    import redis

    with contextlib.suppress(redis.RedisError), contextlib.closing(redis.from_url(url)) as link:
        for key in link.scan(0, count=SAMPLE)[1]:
            if not key.decode(errors="replace").startswith(OURS):
                raise Problem(
                    f"The tests would empty a Redis database that is in use (key {key!r}): "
                    "start `manage.py test`, which brings its own server, or set REDIS_URL to another server."
                )
