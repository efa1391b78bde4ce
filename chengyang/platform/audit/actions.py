"""Writing audit entries, sealing them into batches, and purging batches after the retention period."""

import calendar
import datetime as dt
import logging
import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from chengyang import clock, extensions
from chengyang.errors import ActionError
from chengyang.platform.audit import history
from chengyang.platform.audit.digests import batch_hash, entry_digests, purge_digest
from chengyang.platform.audit.models import Batch, BatchEntry, Entry, Purge, Unsealed
from chengyang.platform.audit.verification import check_batch
from chengyang.platform.web import content, context

LEAST_MONTHS = 6  # Cybersecurity Law, article 23; a trigger on the table enforces it too
BATCH_SIZE = 5000  # entries sealed in one transaction, which takes about half a second
SEALER_LOCK = 0x61756469  # "audi"; one sealer or purge at a time; writing entries does not wait for it
PURGE_SETTING = "chengyang.audit_purge"  # the trigger allows deleting the entries of this batch only (migration 0001)

_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_CODE = re.compile(r"[a-z0-9_.:-]{0,40}")
_LOOKS_LIKE_A_NUMBER = re.compile(r"\d{11}")  # a phone number, or part of an identity or account number

logger = logging.getLogger(__name__)


# ---- entries --------------------------------------------------------------------------------------------------------


def record(
    verb: str,
    subject: Any = None,
    *,
    actor: Any,
    person: Any = None,
    user: Any = None,
    fields: Iterable[str] = (),
    reason: str = "",
    result: str = Entry.Result.OK,
) -> Entry:
    """Write an audit entry in the transaction of the change that it records, so that neither is stored without the other.

    `verb` is registered under `audit_verbs` by an app. `subject` is the row that was acted on, or only its model. `actor` is
    the `User`, the anonymous user of a request, or None for the portal itself. `person` and `user` are those whom the entry
    concerns and who can read it on 我的数据; leave them out when they are the subject. `fields` are the names of the fields
    that were read or changed, and `reason` is a code: values and free text are refused. IP address, browser and request id
    are added from the request. The versions of the public pages that `verb` changes are moved (`web.content`).

    Raises RuntimeError outside a transaction, and ValueError for an unknown verb, field name or code.
    (requirements.md S11, S14)
    """
    if not _in_transaction():
        raise RuntimeError("audit.record() belongs in the transaction of what it records; see record_alone().")
    entry = _entry(verb, subject, actor=actor, person=person, user=user, fields=fields, reason=reason, result=result)
    entry.save(force_insert=True)
    history.attribute_to(actor)
    content.changed_by(verb, subject)
    return entry


def record_many(verb: str, subjects: Sequence[tuple[Any, Any, Any]], *, actor: Any, fields: Iterable[str] = ()) -> None:
    """Write an entry of `verb` for each of `subjects`: (row, person, account), as `record` does, in one statement.

    For an action on many rows. Arguments and errors as for `record`.
    """
    if not _in_transaction():
        raise RuntimeError("audit.record_many() belongs in the transaction of what it records.")
    common = {"actor": actor, "fields": list(fields), "reason": "", "result": Entry.Result.OK, "at": clock.now()}
    Entry.objects.bulk_create(
        [_entry(verb, row, person=person, user=user, **common) for row, person, user in subjects], batch_size=1000
    )
    history.attribute_to(actor)
    for row, _person, _user in subjects:
        content.changed_by(verb, row)


def record_alone(verb: str, subject: Any = None, *, actor: Any, **details: Any) -> Entry:
    """Write an entry in its own transaction, for an event that changes no row, such as a failed sign-in.

    Arguments and errors as for `record`. Raises RuntimeError inside a transaction, whose rollback would delete the entry.
    """
    with transaction.atomic(durable=True):
        return record(verb, subject, actor=actor, **details)


def _in_transaction() -> bool:
    # A test case wraps each test in a transaction, which Django marks; it does not count, since it is not of the tested code.
    blocks = connection.atomic_blocks
    return bool(blocks) and not getattr(blocks[-1], "_from_testcase", False)


def _entry(
    verb: str,
    subject: Any,
    *,
    actor: Any,
    person: Any,
    user: Any,
    fields: Iterable[str],
    reason: str,
    result: str,
    at: dt.datetime | None = None,
) -> Entry:
    if verb not in extensions.audit_verbs():
        raise ValueError(
            f"{verb!r} is not an audit verb; declare it under audit_verbs in the extensions.py of its app."
        )
    model, key = subject_of(subject)
    info = context.current()
    return Entry(
        at=at or clock.now(),
        **_who(actor),
        verb=verb,
        subject=model,
        subject_id=_code("subject", key),
        person=_public_id(person or (subject if model == "members.Person" else None)),
        user=_public_id(user or (subject if model == "accounts.User" else None)),
        fields=[_field_name(name) for name in fields],
        reason=_code("reason", reason),
        result=Entry.Result(result),
        address=info.address,
        agent=info.agent.replace("\0", "")[:200],
        request_id=info.request_id[:40],
    )


def _who(actor: Any) -> dict[str, Any]:
    if actor is None:
        return {"actor_kind": Entry.ActorKind.SYSTEM}
    if actor.is_authenticated:
        return {"actor_kind": Entry.ActorKind.USER, "actor_id": actor.pk, "actor": actor.public_id}
    return {"actor_kind": Entry.ActorKind.VISITOR}


def subject_of(subject: Any) -> tuple[str, str]:
    """Return the label and the id by which entries name `subject`, a row or a model (whose id is empty)."""
    if subject is None:
        return "", ""
    label = subject._meta.concrete_model._meta.label
    return label, "" if isinstance(subject, type) else _key(subject)


def _key(row: models.Model) -> str:
    return getattr(row, "public_id", "") or str(row.pk or "")


def _public_id(row: Any) -> str:
    return "" if row is None or isinstance(row, type) else row.public_id


def _field_name(name: str) -> str:
    if not _FIELD_NAME.fullmatch(name) or _LOOKS_LIKE_A_NUMBER.search(name) or len(name) > 60:
        raise ValueError("An audit entry lists names of fields, never their values.")
    return name


def _code(what: str, text: str) -> str:
    if not _CODE.fullmatch(text) or _LOOKS_LIKE_A_NUMBER.search(text):
        raise ValueError(
            f"The {what} of an audit entry is a code of at most 40 characters, never a value or free text."
        )
    return text


# ---- batches --------------------------------------------------------------------------------------------------------


def seal_due() -> int:
    """Seal all entries that are in no batch into hash-chained batches; return how many were sealed.

    The entries are read from the table `Unsealed`, and not as "ids above the last one": an entry with a lower id may be
    committed later and would be skipped. Concurrent calls wait for an advisory lock, so that each entry gets into exactly
    one batch.  (architecture.md, "Data")
    """
    sealed = 0
    while count := _seal_batch():
        sealed += count
    return sealed


def requeue_missing() -> int:
    """Add entries that are neither in a batch nor in `Unsealed` to `Unsealed`; return how many. Reads all entries."""
    missing = Entry.objects.unsealed().exclude(pk__in=Unsealed.objects.values("pk")).values_list("pk", flat=True)
    return len(Unsealed.objects.bulk_create([Unsealed(entry_id=pk) for pk in missing], ignore_conflicts=True))


@transaction.atomic
def _seal_batch() -> int:
    _lock()
    queued = list(Unsealed.objects.order_by("pk").values_list("pk", flat=True)[:BATCH_SIZE])
    digests = entry_digests(_not_in_a_batch(queued))
    if digests:
        batch = _next_batch(digests.values())
        BatchEntry.objects.bulk_create(
            [BatchEntry(batch=batch, entry_id=entry_id, digest=digest) for entry_id, digest in digests.items()]
        )
        # The log is copied to another host, so somebody who can change the database cannot change this hash everywhere.
        logger.info("audit batch %s sealed, %s entries", batch, batch.count)
    Unsealed.objects.filter(pk__in=queued).delete()
    return len(queued)


def _not_in_a_batch(entry_ids: list[int]) -> list[int]:
    sealed = set(BatchEntry.objects.filter(entry_id__in=entry_ids).values_list("entry_id", flat=True))
    return [entry_id for entry_id in entry_ids if entry_id not in sealed]


def _next_batch(digests: Iterable[str]) -> Batch:
    last = Batch.objects.order_by("-number").first()
    digests = list(digests)
    batch = Batch(
        number=last.number + 1 if last else 1,
        previous=last.hash if last else "",
        count=len(digests),
        sealed_at=clock.now(),
    )
    batch.hash = batch_hash(batch, digests)
    batch.save(force_insert=True)
    return batch


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALER_LOCK])


# ---- retention ------------------------------------------------------------------------------------------------------


def retention_months() -> int:
    """Return the retention period in months. Raises ImproperlyConfigured if it is below six (requirements.md S13)."""
    months = getattr(settings, "AUDIT_RETENTION_MONTHS", 12)
    if not isinstance(months, int) or months < LEAST_MONTHS:
        raise ImproperlyConfigured(f"AUDIT_RETENTION_MONTHS is {months!r}; the law wants at least {LEAST_MONTHS}.")
    return months


def purge(*, actor: Any = None) -> list[Batch]:
    """Delete the entries of whole batches that are past the retention period, oldest first; return those batches.

    The batches and their hash chain stay. Raises ActionError("tampered") at a batch that does not verify and deletes
    nothing from it, because that would destroy the evidence.
    """
    # One day more than the limit of the trigger, whose clock may differ.
    cutoff = _months_before(clock.now(), retention_months()) - dt.timedelta(days=1)
    due = Batch.objects.kept().filter(sealed_at__lt=cutoff).order_by("number")
    return [batch for batch in due if _purge_batch(batch, cutoff, actor)]


@transaction.atomic
def _purge_batch(batch: Batch, cutoff: dt.datetime, actor: Any) -> bool:
    _lock()
    members = BatchEntry.objects.filter(batch=batch)
    entries = Entry.objects.filter(pk__in=members.values("entry_id"))
    if Purge.objects.filter(batch=batch).exists() or entries.filter(at__gte=cutoff).exists():
        return False
    if next(check_batch(batch), None):
        raise ActionError(_("第 %s 批审计记录与封存时不一致，不能清理。") % batch.number, code="tampered")
    moment = clock.now()
    Purge.objects.create(batch=batch, count=batch.count, at=moment, digest=purge_digest(batch, moment))
    _allow_purge_of(str(batch.pk))
    entries.delete()
    members.delete()
    _allow_purge_of("")
    record("audit.purged", batch, actor=actor)
    return True


def _allow_purge_of(batch_id: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [PURGE_SETTING, batch_id])


def _months_before(moment: dt.datetime, months: int) -> dt.datetime:
    years, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, calendar.monthrange(years, month + 1)[1])
    return moment.replace(year=years, month=month + 1, day=day)
