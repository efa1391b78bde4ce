"""Keyed digests over canonical JSON, which seal entries and batches: without the key nobody can compute them."""

import datetime as dt
import json
from collections.abc import Collection, Iterable
from typing import Any

from chengyang.lib.vault.sealing import mac
from chengyang.platform.audit.models import Batch, Entry

_FIELDS = [field.attname for field in Entry._meta.concrete_fields]


def entry_digests(entry_ids: Collection[int]) -> dict[int, str]:
    """Return entry id → digest; ids without an entry are left out."""
    rows = Entry.objects.filter(pk__in=entry_ids).order_by("pk").values_list(*_FIELDS)
    return {row[0]: _digest(row) for row in rows.iterator()}


def _digest(row: Iterable[Any]) -> str:
    # Empty values are left out, so that a column added later does not change the digests of older entries.
    columns = {name: value for name, value in zip(_FIELDS, row, strict=True) if value not in (None, "", [])}
    return mac("audit/entry", _canonical(columns))


def batch_hash(batch: Batch, digests: Iterable[str]) -> str:
    """Return the hash of a batch; it covers the previous hash, number, count, time and the digests of its entries."""
    head = [batch.previous, batch.number, batch.count, batch.sealed_at]
    return mac("audit/batch", _canonical([*head, sorted(digests)]))


def purge_digest(batch: Batch, at: dt.datetime) -> str:
    """Return the digest that proves that the portal purged `batch` at the moment `at`."""
    return mac("audit/purge", _canonical([batch.number, batch.hash, batch.count, at]))


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_moment).encode()


def _moment(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
