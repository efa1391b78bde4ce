"""Parts of pages that are drawn once: by their contents, and values that are computed once for a version of the site.

`draw` renders a template for values that determine the result completely, and returns the result again for the same values:
the same activity in a cell of the calendar is the same for everybody. `per_version` keeps the result of a function until
something in public changes. Both keep their results in the memory of the process.
"""

from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.template.loader import get_template
from django.utils import translation
from django.utils.safestring import SafeString

from . import content
from .bounded import BoundedMemory

_fragments: BoundedMemory[Any] = BoundedMemory(4 * 1024 * 1024, lambda drawn: 2 * len(drawn))  # bytes in one process
Text = TypeVar("Text", str, bytes, SafeString)


def draw(template: str, key: Hashable, **values: Any) -> SafeString:
    """Return `template` drawn with `values` and nothing else: no request, no context processors.

    `key` must differ whenever the result may differ.
    """
    return kept(template, key, lambda: get_template(template).render(values))


def kept(kind: str, key: Hashable, write: Callable[[], Text]) -> Text:
    """Return the result of `write()`, made once for the same `kind` and `key`, which determine it completely."""
    whole = (kind, translation.get_language(), key)
    found = None if settings.DEBUG else _fragments.get(whole)
    if found is None:
        found = write()
        _fragments.put(whole, found)
    return found


# ---- values ---------------------------------------------------------------------------------------------------------
OTHER = 16 * 1024  # bytes that a value other than text is taken for


def _bytes_of(kept: tuple[content.Age, Any]) -> int:
    return 2 * len(kept[1]) if isinstance(kept[1], str | bytes) else OTHER


_values: BoundedMemory[tuple[content.Age, Any]] = BoundedMemory(8 * 1024 * 1024, _bytes_of)


def per_version(
    key: Hashable, compute: Callable[[], Any], *, names: Iterable[str] = (content.SITE,), at_once: bool = False
) -> Any:
    """Return `compute()`, computed once for the versions `names` (of `content.COMMON`, SITE among them), and at least once a minute.

    `key` names the value and everything it depends on beside the data and the time. The value is shared by requests, so
    nobody may change it. With `at_once` a sign-up ends it immediately, otherwise within `content.PLACES_LIFE`. Inside a
    transaction, and while the cache server is away, it is computed: the data may be newer than the versions.
    """
    if transaction.get_connection().in_atomic_block:
        return compute()
    versions = content.tokens_of_request()
    if versions is None:
        return compute()
    versions = {name: versions[name] for name in names}
    found = _values.get(key)
    if found and found[0].counts(versions, at_once=at_once):
        return found[1]
    age = content.age_of(versions)  # before the data are read
    value = compute()
    _values.put(key, (age, value))
    return value


def clear_values() -> None:
    """Drop all values: for tests, whose database is replaced without an action that would move a version."""
    _values.clear()


def own_per_version(user: Any, key: Hashable, compute: Callable[[], Any]) -> Any:
    """Return `compute()`, about `user`, computed once until anybody's audited action changes a row; see `per_version`."""
    return per_version(("own", user.pk, key), compute, names=content.COMMON, at_once=True)
