"""Retention: batches are purged after twelve months, and never before six (requirements S13)."""

import datetime as dt

import pytest
import time_machine
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from chengyang import clock
from chengyang.errors import ActionError
from chengyang.platform.audit import actions
from chengyang.platform.audit.models import Batch, BatchEntry, Entry, Purge
from chengyang.platform.audit.verification import verify


def delete_in_a_purge(batch, *, named=None):
    """Delete the entries of `batch` as a purge does but without its checks; `named` is the batch that the trigger allows."""
    with transaction.atomic():
        actions._allow_purge_of(str((named or batch).pk))
        Entry.objects.filter(pk__in=BatchEntry.objects.filter(batch=batch).values("entry_id")).delete()


def test_batch_past_retention_is_purged(sealed_long_ago):
    old = sealed_long_ago(400)
    assert actions.purge() == [Batch.objects.get(number=1)]
    assert not Entry.objects.filter(pk__in=[entry.pk for entry in old]).exists()


def test_batch_within_retention_stays(sealed_long_ago):
    sealed_long_ago(360)
    assert actions.purge() == []
    assert Entry.objects.count() == 2


def test_purged_batch_keeps_its_hash_and_the_chain(sealed_long_ago, note):
    sealed_long_ago(400)
    note()
    actions.seal_due()
    actions.purge()
    assert list(Batch.objects.order_by("number").values_list("number", "count")) == [(1, 2), (2, 1)]
    assert [finding for finding in verify() if finding.kind != "unsealed"] == []


def test_purge_is_recorded(sealed_long_ago, auditor):
    sealed_long_ago(400)
    actions.purge(actor=auditor)
    assert Entry.objects.get(verb="audit.purged").actor == auditor.public_id
    assert Purge.objects.get().count == 2


def test_purge_does_nothing_the_second_time(sealed_long_ago):
    sealed_long_ago(400)
    actions.purge()
    assert actions.purge() == []


def test_batch_with_one_young_entry_stays(sealed_long_ago, note, tamper):
    old, _ = sealed_long_ago(400)
    tamper("UPDATE audit_entry SET at = now() WHERE id = %s", old.pk)
    assert actions.purge() == []


def test_tampered_batch_is_not_purged(sealed_long_ago, tamper):
    old, _ = sealed_long_ago(400)
    tamper("UPDATE audit_entry SET reason = 'other' WHERE id = %s", old.pk)
    with pytest.raises(ActionError) as refusal:
        actions.purge()
    assert refusal.value.code == "tampered"
    assert Entry.objects.count() == 2


def test_trigger_keeps_six_months_even_in_a_purge(sealed_long_ago):
    sealed_long_ago(170)
    with pytest.raises(DatabaseError, match="younger than six months"):
        delete_in_a_purge(Batch.objects.get())


def test_trigger_allows_purging_a_batch_after_six_months(sealed_long_ago):
    sealed_long_ago(200)
    delete_in_a_purge(Batch.objects.get())
    assert not Entry.objects.exists()


def test_trigger_keeps_entries_that_were_sealed_late(note):
    with time_machine.travel(clock.now() - dt.timedelta(days=400)):
        note()
    actions.seal_due()
    with pytest.raises(DatabaseError, match="younger than six months"):
        delete_in_a_purge(Batch.objects.get())


def test_trigger_allows_purging_the_named_batch_only(sealed_long_ago):
    sealed_long_ago(420)
    sealed_long_ago(400)
    first, second = Batch.objects.order_by("number")
    with pytest.raises(DatabaseError, match="not in the batch"):
        delete_in_a_purge(second, named=first)


def test_permission_ends_with_the_purge(sealed_long_ago):
    sealed_long_ago(400)
    actions.purge()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [actions.PURGE_SETTING])
        assert cursor.fetchone()[0] == ""


def test_entries_deleted_with_a_forged_purge_are_reported(sealed_long_ago, tamper):
    sealed_long_ago(400)
    batch = Batch.objects.get()
    Purge.objects.create(batch=batch, count=2, at=batch.sealed_at, digest="forged")
    tamper("DELETE FROM audit_entry")
    assert [finding.kind for finding in verify()] == ["purge_forged"]


@pytest.mark.parametrize("months", [5, 0, -1, "12", None])
def test_retention_below_six_months_stops_the_start(settings, months):
    settings.AUDIT_RETENTION_MONTHS = months
    with pytest.raises(ImproperlyConfigured, match="AUDIT_RETENTION_MONTHS"):
        apps.get_app_config("audit").ready()


def test_retention_of_six_months_is_allowed(settings, sealed_long_ago):
    settings.AUDIT_RETENTION_MONTHS = 6
    sealed_long_ago(190)
    assert len(actions.purge()) == 1


@pytest.mark.parametrize(
    ("moment", "months", "before"),
    [("2026-11-23", 12, "2025-11-23"), ("2026-01-31", 2, "2025-11-30"), ("2024-02-29", 12, "2023-02-28")],
)
def test_months_are_counted_by_the_calendar(moment, months, before):
    at = dt.datetime.fromisoformat(moment)
    assert actions._months_before(at, months) == dt.datetime.fromisoformat(before)


def test_command_reports_the_purged_entries(sealed_long_ago, capsys):
    sealed_long_ago(400)
    call_command("audit", "purge")
    assert capsys.readouterr().out == "2 entries of 1 batches purged\n"


def test_command_fails_on_a_tampered_batch(sealed_long_ago, tamper):
    old, _ = sealed_long_ago(400)
    tamper("DELETE FROM audit_entry WHERE id = %s", old.pk)
    with pytest.raises(CommandError, match="第 1 批"):
        call_command("audit", "purge")
