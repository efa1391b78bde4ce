"""Verifying that no sealed entry or batch was changed or removed (requirements.md S12)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q

from chengyang import clock
from chengyang.platform.audit.digests import batch_hash, entry_digests, purge_digest
from chengyang.platform.audit.models import Batch, BatchEntry, Entry, Purge

SEALED_WITHIN = dt.timedelta(minutes=10)  # the sealer runs every minute


@dataclass(frozen=True)
class Finding:
    """A deviation; programs compare `kind`, people read `text`."""

    kind: str
    text: str

    def __str__(self) -> str:
        return self.text


def verify(head: str = "") -> Iterator[Finding]:
    """Yield the findings for all batches, reading one batch at a time.

    `head` is a `number:hash` of a batch that was noted down earlier; with it, removing the last batches is found too. Kinds
    of findings: `changed` and `missing` (an entry), `batch_missing`, `batch_changed`, `chain_broken`, `purge_forged`,
    `unsealed`, `head_missing`.
    """
    yield from _check_chain()
    yield from _check_unsealed()
    if head and head not in map(str, Batch.objects.filter(number=_number(head))):
        yield Finding("head_missing", f"batch {head} is not there, or has another hash")


def _number(head: str) -> int:
    number = head.partition(":")[0]
    return int(number) if number.isascii() and number.isdigit() else 0


def _check_chain() -> Iterator[Finding]:
    number, previous = 0, ""
    for batch in Batch.objects.order_by("number").iterator(chunk_size=500):
        for missing in range(number + 1, batch.number):
            yield Finding("batch_missing", f"batch {missing} is missing")
        if batch.number == number + 1 and batch.previous != previous:
            yield Finding("chain_broken", f"batch {batch.number} does not follow from batch {number}")
        yield from check_batch(batch)
        number, previous = batch.number, batch.hash


def check_batch(batch: Batch) -> Iterator[Finding]:
    """Yield the findings for one batch and its entries."""
    findings = list(_check_entries(batch))
    # Read after the entries: if a purge runs at the same time, its deleted entries are not reported as missing.
    purge = Purge.objects.filter(batch=batch).first()
    if purge is None:
        yield from findings
    elif purge.digest != purge_digest(batch, purge.at):
        yield Finding("purge_forged", f"the purge of batch {batch.number} was not made by the portal")


def _check_entries(batch: Batch) -> Iterator[Finding]:
    sealed = dict(BatchEntry.objects.filter(batch=batch).order_by("entry_id").values_list("entry_id", "digest"))
    if batch.count != len(sealed) or batch.hash != batch_hash(batch, sealed.values()):
        yield Finding("batch_changed", f"batch {batch.number} is not as it was sealed")
    found = entry_digests(sealed)
    for entry_id, digest in sealed.items():
        if entry_id not in found:
            yield Finding("missing", f"entry {entry_id} of batch {batch.number} is missing")
        elif found[entry_id] != digest:
            yield Finding("changed", f"entry {entry_id} of batch {batch.number} was changed")


def _check_unsealed() -> Iterator[Finding]:
    now = clock.now()
    strange = Q(at__lt=now - SEALED_WITHIN) | Q(at__gt=now + SEALED_WITHIN)
    for pk, at in Entry.objects.unsealed().filter(strange).order_by("pk").values_list("pk", "at").iterator():
        yield Finding("unsealed", f"entry {pk} of {at.isoformat(timespec='seconds')} is in no batch")
