"""Sealing: each entry is in exactly one batch, and each batch contains the hash of the previous one."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection

from chengyang.lib.vault.keys import make_keys
from chengyang.platform.audit import actions, digests, tasks
from chengyang.platform.audit.models import Batch, BatchEntry, Entry, Unsealed
from chengyang.platform.audit.verification import verify


def batch_of(entry):
    return BatchEntry.objects.select_related("batch").get(entry_id=entry.pk).batch.number


def test_sealing_takes_what_is_in_no_batch(note):
    note(), note()
    assert actions.seal_due() == 2
    assert not Entry.objects.unsealed().exists()


def test_sealing_nothing_creates_no_batch(db):
    assert actions.seal_due() == 0
    assert not Batch.objects.exists()


def test_batch_contains_the_hash_of_the_previous_one(note):
    for _ in range(3):
        note()
        actions.seal_due()
    first, second, third = Batch.objects.order_by("number")
    assert [first.previous, second.previous, third.previous] == ["", first.hash, second.hash]


def test_batches_have_at_most_their_size(note, monkeypatch):
    monkeypatch.setattr(actions, "BATCH_SIZE", 2)
    [note() for _ in range(5)]
    tasks.seal()
    assert list(Batch.objects.order_by("number").values_list("count", flat=True)) == [2, 2, 1]


def test_rolled_back_entry_leaves_no_trace(rolled_back):
    assert not Unsealed.objects.exists()


def test_digest_covers_every_column():
    assert [field.attname for field in Entry._meta.concrete_fields] == digests._FIELDS


CHANGES = {
    "at": "at + interval '1 microsecond'", "actor_id": "actor_id + 1", "actor": "'0000000000'", "actor_kind": "'other'",
    "verb": "'person.left'", "subject": "'accounts.Role'", "subject_id": "'7'", "person": "'0000000000'",
    "user": "'0000000000'", "fields": "'{email}'", "reason": "'other'", "result": "'failed'",
    "address": "'192.0.2.9'", "agent": "'other'", "request_id": "'other'",
}  # fmt: skip


@pytest.mark.parametrize("column", [f.attname for f in Entry._meta.concrete_fields if not f.primary_key])
def test_digest_changes_with_each_column(note, tamper, district, column):
    entry = note("person.read", district, actor=district, fields=["phone"])
    before = digests.entry_digests([entry.pk])
    tamper("ALTER TABLE audit_entry DROP CONSTRAINT entry_actor_matches_kind")
    tamper(f'UPDATE audit_entry SET "{column}" = {CHANGES[column]}')
    assert digests.entry_digests([entry.pk]) != before


def test_digest_needs_the_key(note, settings):
    entry = note()
    before = digests.entry_digests([entry.pk])
    settings.VAULT_KEYS = make_keys()
    assert digests.entry_digests([entry.pk]) != before


def test_entry_removed_from_the_queue_is_found(note):
    entry = note()
    Unsealed.objects.all().delete()
    assert (actions.seal_due(), actions.requeue_missing(), actions.seal_due()) == (0, 1, 1)
    assert batch_of(entry) == 1


def test_entry_queued_again_is_not_sealed_twice(note):
    entry = note()
    actions.seal_due()
    Unsealed.objects.create(entry_id=entry.pk)
    actions.seal_due()
    assert Batch.objects.count() == 1


def test_entry_is_in_one_batch_at_most(note):
    note()
    actions.seal_due()
    with pytest.raises(DatabaseError, match="unique"):
        BatchEntry.objects.create(batch=Batch.objects.get(), entry_id=Entry.objects.get().pk, digest="x")


@pytest.mark.django_db(transaction=True)
def test_entry_that_commits_late_gets_into_the_next_batch(note):
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute(
            'INSERT INTO audit_entry (at, actor, actor_kind, verb, subject, subject_id, person, "user", fields, reason,'
            " result, agent, request_id)"
            " VALUES (now(), '', 'system', 'person.read', '', '', '', '', '{}', '', 'ok', '', '') RETURNING id"
        )
        late = Entry(pk=cursor.fetchone()[0])
    early = note()
    actions.seal_due()
    other.commit()
    other.close()
    actions.seal_due()
    assert late.pk < early.pk
    assert (batch_of(early), batch_of(late)) == (1, 2)


@pytest.mark.django_db(transaction=True)
def test_concurrent_sealers_seal_each_entry_once(note, monkeypatch):
    monkeypatch.setattr(actions, "BATCH_SIZE", 10)
    [note() for _ in range(100)]

    def seal(_):
        try:
            return actions.seal_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(seal, range(4))) == 100
    assert list(Batch.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 11))
    assert not list(verify())


@pytest.mark.django_db(transaction=True)
def test_recording_never_waits_for_the_sealer(note):
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [actions.SEALER_LOCK])
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '2s'")
    assert note().pk
    other.close()
