"""Reading environment variables for the settings: a bad value stops the start with a sentence (docs/configuration.md)."""

import contextlib
import os
import tempfile
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def choice(name, default, allowed):
    """Return the variable `name`, one of `allowed`. Raises ImproperlyConfigured for another value."""
    value = os.environ.get(name) or default
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}; set it to one of: {', '.join(allowed)}.")
    return value


def is_production():
    """Return whether PORTAL_ENV says `production`."""
    return choice("PORTAL_ENV", "local", ("local", "production")) == "production"


def words(name):
    """Return the parts of the variable `name`, which commas separate."""
    return [item.strip() for item in os.environ.get(name, "").split(",") if item.strip()]


def number(name, default):
    """Return the variable `name`, a number above zero. Raises ImproperlyConfigured."""
    value = os.environ.get(name) or str(default)
    if not value.isdigit() or not int(value):
        raise ImproperlyConfigured(f"{name} is {value!r}; set it to a number above zero.")
    return int(value)


def price(name):
    """Return the variable `name`, an amount of yuan, or None when it is not set."""
    value = os.environ.get(name)
    try:
        price = Decimal(value) if value else None
    except InvalidOperation:
        price = Decimal(-1)
    if price is not None and not 0 <= price < 100:
        raise ImproperlyConfigured(f"{name} is {value!r}; set it to an amount of yuan such as 0.045.")
    return price


def secret(name, file, make, *, home):
    """Return the variable `name`; locally a missing one is made once in ``home`/keys/<file>` (0600).

    Of processes that start at the same moment the first one makes it, and the others read the whole of it.
    """
    if value := os.environ.get(name):
        return value
    if is_production():
        raise ImproperlyConfigured(f"{name} is not set; production needs one (docs/configuration.md).")
    path = home / "keys" / file
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, draft = tempfile.mkstemp(dir=path.parent)  # 0600
        with os.fdopen(handle, "w") as target:
            target.write(make())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        os.unlink(draft)
    return path.read_text().strip()


def site_url(value, *, port):
    """Return `value` (SITE_URL) without a slash at the end; locally it is the address of `up`. Raises ImproperlyConfigured.

    Text messages and mails lead to it, so it cannot be taken from a request.
    """
    if not value and is_production():
        raise ImproperlyConfigured(
            "SITE_URL is not set; production needs the address that messages lead to, such as https://xjc.example.gov.cn."
        )
    parts = urlsplit(value or f"http://127.0.0.1:{port}")
    is_plain = parts.hostname and parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username)
    if not is_plain or parts.scheme not in (("https",) if is_production() else ("http", "https")):
        raise ImproperlyConfigured(f"SITE_URL is {value!r}; set it to an address such as https://xjc.example.gov.cn.")
    return f"{parts.scheme}://{parts.netloc}"


def database(url):
    """Return the entry of DATABASES for `url` (DATABASE_URL). Raises ImproperlyConfigured."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured("DATABASE_URL must start with postgresql://")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "chengyang",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": query.pop("port", "") or parts.port or "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {"application_name": "chengyang", **query},
        "TEST": {"NAME": f"test_{unquote(parts.path.lstrip('/')) or 'chengyang'}"},
    }


def mail_server(url):
    """Return `url` (EMAIL_URL, which may be empty) split into its parts; raises ImproperlyConfigured."""
    parts = urlsplit(url)
    if url and parts.scheme != "console" and not (parts.scheme in ("smtp", "smtps") and parts.hostname):
        raise ImproperlyConfigured("EMAIL_URL must look like smtp://user:password@host:587 or smtps://…:465.")
    return parts
