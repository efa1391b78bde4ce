"""Pagination whose cost does not grow with the number of rows.

`numbered` counts at most LIMIT rows; `keyset` counts none and starts after the last row of the previous page. Both raise
Http404 for a page that does not exist.
"""

import base64
import binascii
import datetime as dt
import json
import re
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet, FieldDoesNotExist, ValidationError
from django.core.paginator import EmptyPage, Page, Paginator
from django.db import connection
from django.db.models import F, Model, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

PER_PAGE = 25
LIMIT = 2_500  # rows that are counted and can be reached by page; for more, people must filter
CURSOR_LENGTH = 500
Keep = Callable[[Hashable, Callable[[], Any]], Any]  # (name of a value, how to compute it) → the value
_NUMBER = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)


class _NumberedPage(Page):
    is_keyset = False

    @property
    def numbers(self) -> list[int | None]:
        """Return the page numbers to show: first, last and two on each side; None stands for a gap."""
        last = self.paginator.num_pages
        near = {1, last, *range(max(1, self.number - 2), min(last, self.number + 2) + 1)}
        offered: list[int | None] = []
        for number in sorted(near):
            if offered and number - offered[-1] > 1:
                offered.append(None)
            offered.append(number)
        return offered

    @property
    def total_text(self) -> str:
        """Return the number of rows as text, see `BoundedPaginator.total_text`."""
        return self.paginator.total_text


class BoundedPaginator(Paginator):
    """A paginator that counts at most LIMIT rows."""

    @cached_property
    def _counted(self) -> int:
        rows = self.object_list
        # Without the order: to count rows in order, PostgreSQL may read the whole table by the index of the order.
        return rows.order_by()[: LIMIT + 1].count() if isinstance(rows, QuerySet) else len(rows)

    @property
    def is_capped(self) -> bool:
        return self._counted > LIMIT

    @cached_property
    def count(self) -> int:
        return min(self._counted, LIMIT)

    @property
    def total_text(self) -> str:
        """Return the number of rows as text, `2,500+` above the limit of counting."""
        return total_text(self._counted)

    def count_by(self, keep: Keep) -> None:
        """Take the number of rows from `keep`, see `keyset`."""
        self.__dict__["_counted"] = keep("count", lambda: BoundedPaginator(self.object_list, self.per_page)._counted)

    def _get_page(self, *args: Any, **kwargs: Any) -> _NumberedPage:
        return _NumberedPage(*args, **kwargs)


def total_text(number: int) -> str:
    """Return a bounded count (at most LIMIT + 1) as text, `2,500+` above the limit of counting."""
    return f"{LIMIT:,}+" if number > LIMIT else f"{number:,}"


def many_text(expected: int) -> str:
    """Return a number of rows above LIMIT in words, from the number that PostgreSQL expects: `68,000 多条`.

    The expectation comes from statistics, so it is taken a tenth lower and rounded down to two digits; at least it is LIMIT,
    which has been counted.
    """
    least = max(LIMIT, expected * 9 // 10)
    step = 10 ** max(len(str(least)) - 2, 0)
    return _("%(n)s 多条") % {"n": f"{least // step * step:,}"}


def counted(tables: Sequence[QuerySet]) -> list[int]:
    """Return how many rows each of `tables` has, LIMIT + 1 for more than LIMIT; by one statement for all of them."""
    parts, values, places = [], [], []
    for place, rows in enumerate(tables):
        try:
            sql, given = rows.order_by().values("pk")[: LIMIT + 1].query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"(SELECT count(*) FROM ({sql}) AS counted)")  # noqa: S608  (Django wrote it, values are apart)
        values += given
        places.append(place)
    found = [0] * len(tables)
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(parts)}", values)
            for place, number in zip(places, cursor.fetchone(), strict=True):
                found[place] = number
    return found


def estimated(rows: QuerySet) -> int:
    """Return how many rows PostgreSQL expects in `rows`, from its statistics; nothing is read."""
    return json.loads(rows.order_by().select_related(None).explain(format="json"))[0]["Plan"]["Plan Rows"]


def numbered(request: HttpRequest, rows: Any, per_page: int = PER_PAGE) -> _NumberedPage:
    """Return the page of `rows` (an ordered QuerySet or a list) that `?page=` names. Raises Http404 where there is none."""
    wanted = request.GET.get("page", "1")
    if not _NUMBER.fullmatch(wanted):
        raise Http404(_("没有这一页。"))
    try:
        return BoundedPaginator(rows, per_page).page(int(wanted))
    except EmptyPage:
        raise Http404(_("没有这一页。")) from None


class KeysetPage:
    """A page of `rows` with the cursors `before` and `after` of its neighbours (empty at the ends)."""

    is_keyset = True

    def __init__(self, rows: list[Model], before: str, after: str) -> None:
        self.rows, self.object_list = rows, rows
        self.before, self.after = before, after

    def __iter__(self):
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def has_other_pages(self) -> bool:
        return bool(self.before or self.after)


def keyset(
    request: HttpRequest,
    rows: QuerySet,
    order: Sequence[str],
    per_page: int = PER_PAGE,
    *,
    found: bool = False,
    keep: Keep | None = None,
) -> KeysetPage:
    """Return the page of `rows` after `?after=` or before `?before=`, in `order`. Raises Http404 for an invalid cursor.

    `order` names columns, of other tables too (`person__name_key`), or annotations, the last of them unique, e.g.
    ("-starts", "id"). A relation stands for the order of its table, as in Django. NULL sorts as PostgreSQL does: last
    ascending, first descending. `found` says that `rows` are the hits of a search, see `_unindexed`. `keep(name, compute)`
    returns what `compute()` returned for these `rows`, now or since rows changed last: with it the keys of the page may have
    been read before; the rows themselves are read in any case.
    """
    order = _columns(rows, order)
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    backwards = bool(before) and not after
    cursor = before if backwards else after
    steps = [_reverse(name) for name in order] if backwards else list(order)
    if cursor:
        rows = rows.filter(_beyond(rows, steps, _decode(cursor, rows, order)))
    if found or keep:
        shown = _by_keys(rows, steps, per_page + 1, found=found, keep=keep, name=(cursor, backwards))
    else:
        shown = list(rows.order_by(*steps)[: per_page + 1])
    has_more, shown = len(shown) > per_page, shown[:per_page]
    if backwards:
        shown.reverse()
    has_before, has_after = (has_more, bool(cursor)) if backwards else (bool(cursor), has_more)
    first, last = (_encode(shown[0], rows, order), _encode(shown[-1], rows, order)) if shown else ("", "")
    return KeysetPage(shown, first if has_before else "", last if has_after else "")


def following(rows: QuerySet, order: Sequence[str], after: str, number: int) -> tuple[list[Model], str]:
    """Return the next `number` of `rows` after the cursor `after` (empty: the first ones), and the cursor of those that follow.

    For what reads all rows of a list piece by piece. `order` as for `keyset`; the cursor is empty at the end. Raises Http404
    for an invalid cursor.
    """
    order = _columns(rows, order)
    if after:
        rows = rows.filter(_beyond(rows, order, _decode(after, rows, order)))
    found = list(rows.order_by(*order)[: number + 1])
    has_more, found = len(found) > number, found[:number]
    return found, _encode(found[-1], rows, order) if has_more else ""


def following_values(
    rows: QuerySet, order: Sequence[str], after: str, number: int, names: Sequence[str]
) -> tuple[list[tuple[Any, ...]], str]:
    """Return the columns `names` of the rows that `following` would return, without objects, and the next cursor."""
    order = _columns(rows, order)
    if after:
        rows = rows.filter(_beyond(rows, order, _decode(after, rows, order)))
    keys = [name.lstrip("-") for name in order]
    found = list(rows.order_by(*order).values_list(*keys, *names)[: number + 1])
    has_more, found = len(found) > number, found[:number]
    fields = _fields(rows, order)
    cursor = _packed([_text(field, value) for field, value in zip(fields, found[-1], strict=False)]) if has_more else ""
    return [row[len(keys) :] for row in found], cursor


def _by_keys(
    rows: QuerySet, steps: Sequence[str], number: int, *, found: bool, keep: Keep | None, name: Hashable
) -> list[Model]:
    """Return the first `number` of `rows` in the order `steps`: first their keys, then the rows with what belongs to them."""
    ordered = [_unindexed(step) for step in steps] if found else steps

    def keys_now() -> list[Any]:
        return list(rows.select_related(None).order_by(*ordered).values_list("pk", flat=True)[:number])

    keys = keep(("keys", name, number), keys_now) if keep else keys_now()
    by_key = rows.in_bulk(keys) if keys else {}
    return [by_key[key] for key in keys if key in by_key]


def _unindexed(step: str) -> Any:
    """Return the order of `step` as an expression that no index has.

    For a limited number of rows in order PostgreSQL likes to walk the index of the order until it has met enough hits of a
    search. Hits may lie together: all namesakes have neighbouring keys, and it would read most of the table. So the hits come
    from the index of the search and are sorted by their keys alone.
    """
    value = Coalesce(F(step.removeprefix("-")), F(step.removeprefix("-")))
    return value.desc() if step.startswith("-") else value.asc()


def beside(rows: QuerySet, order: Sequence[str], pk: Any) -> tuple[Any, Any]:
    """Return the rows before and after the one with `pk`, in `order` (see `keyset`); None at an end, and when it is not there."""
    row = rows.filter(pk=pk).first()
    if row is None:
        return None, None
    order = _columns(rows, order)
    names = [name.lstrip("-") for name in order]
    values = [_value_of(row, name, field) for name, field in zip(names, _fields(rows, order), strict=True)]
    directions = ([_reverse(name) for name in order], list(order))
    before, after = (rows.filter(_beyond(rows, steps, values)).order_by(*steps).first() for steps in directions)
    return before, after


def _reverse(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(rows: QuerySet, steps: Sequence[str], values: Sequence[Any]) -> Q:
    """Return the condition for rows after the one with `values`: equal in a prefix of the columns, beyond in the next one.

    PostgreSQL cannot begin to read an index at an OR: it would pass all rows before this page. So the first column is limited
    once more, where the rows beyond cannot be NULL in it.
    """
    condition, equal = Q(pk__in=[]), Q()
    for step, value in zip(steps, values, strict=True):
        name, descending = step.removeprefix("-"), step.startswith("-")
        if value is not None:
            further = Q(**{f"{name}__{'lt' if descending else 'gt'}": value})
            condition |= equal & (further if descending else further | Q(**{f"{name}__isnull": True}))
        elif descending:
            condition |= equal & Q(**{f"{name}__isnull": False})
        equal &= Q(**{name: value})  # Django compares with None by IS NULL
    first, descending = steps[0].removeprefix("-"), steps[0].startswith("-")
    if values[0] is not None and (descending or not _may_be_null(rows, first)):
        condition &= Q(**{f"{first}__{'lte' if descending else 'gte'}": values[0]})
    return condition


def _may_be_null(rows: QuerySet, name: str) -> bool:
    """Return whether the column at the path `name`, or a key on the way to it, may be NULL; any annotation may."""
    if name in rows.query.annotations:
        return True
    parts = name.split("__")
    return any(getattr(_field(rows, "__".join(parts[: number + 1])), "null", True) for number in range(len(parts)))


def _fields(rows: QuerySet, order: Sequence[str]) -> list[Any]:
    return [_field(rows, name.lstrip("-")) for name in order]


def _columns(rows: QuerySet, order: Sequence[str]) -> list[str]:
    """Return `order` with each relation replaced by the columns that its table is ordered by, as Django does in ORDER BY.

    Compared would be the key of the relation otherwise, and rows would be passed over. Raises ValueError for an unknown name.
    """
    found: list[str] = []
    for step in order:
        name = step.removeprefix("-")
        try:
            field = _field(rows, name)
        except FieldDoesNotExist as error:
            raise ValueError(f"keyset: {error}") from None
        related = getattr(field, "related_model", None)
        if related is None or name in rows.query.annotations or name.rpartition("__")[2] in ("pk", field.attname):
            found.append(step)
            continue
        below = [_reverse(one) if step.startswith("-") else one for one in related._meta.ordering or ("pk",)]
        paths = [f"{'-' * one.startswith('-')}{name}__{one.removeprefix('-')}" for one in below]
        found += _columns(rows, paths)
    return found


def _field(rows: QuerySet, name: str) -> Any:
    """Return the field at the end of the path `name`, or that of the annotation `name`."""
    if name in rows.query.annotations:
        return rows.query.annotations[name].output_field
    model = rows.model
    *path, last = name.split("__")
    for part in path:
        model = model._meta.get_field(part).related_model
    return model._meta.pk if last == "pk" else model._meta.get_field(last)


def _encode(row: Model, rows: QuerySet, order: Sequence[str]) -> str:
    pairs = zip(_fields(rows, order), order, strict=True)
    values = [_text(field, _value_of(row, name.lstrip("-"), field)) for field, name in pairs]
    return _packed(values)


def _packed(values: Sequence[str | None]) -> str:
    packed = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _value_of(row: Any, name: str, field: Any) -> Any:
    """Return the value at the path `name` of `row`, None where a row on the way is missing."""
    *path, last = name.split("__")
    for part in path:
        row = getattr(row, part)
        if row is None:
            return None
    return getattr(row, last if last in ("pk", field.name) or not hasattr(field, "attname") else field.attname, None)


def _text(field: Any, value: Any) -> str | None:
    if isinstance(value, Model):
        value = value.pk
    if value is None:
        return None
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _decode(cursor: str, rows: QuerySet, order: Sequence[str]) -> list[Any]:
    """Return the values in a cursor. It may be anything that somebody typed, so every error is a 404."""
    fields = _fields(rows, order)
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor[:CURSOR_LENGTH] + "=" * (-len(cursor) % 4)))
        texts = [text for text in values if text is None or (isinstance(text, str) and "\0" not in text)]
        if len(texts) != len(fields):
            raise ValueError(cursor)
        return [None if text is None else _value(field, text) for field, text in zip(fields, texts, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error, ValidationError):
        raise Http404(_("没有这一页。")) from None


def _value(field, text):
    value = field.to_python(text)
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        raise ValueError(text)
    if field.is_relation or not hasattr(field, "attname"):
        return value
    field.run_validators(value)
    return value
