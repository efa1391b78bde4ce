"""Verification of the audit trail (requirements S12)."""

import datetime as dt

import pytest
import time_machine
from django.core.management import CommandError, call_command

from chengyang import clock
from chengyang.platform.audit import actions, tasks
from chengyang.platform.audit.models import Batch, BatchEntry
from chengyang.platform.audit.verification import Finding, verify


@pytest.fixture
def three_batches(note):
    """Create three batches of two entries; return the entries."""
    entries = []
    for _ in range(3):
        entries += [note(), note()]
        actions.seal_due()
    return entries


def test_untouched_entries_have_no_findings(three_batches):
    assert list(verify()) == []


def test_changed_entry_is_reported(three_batches, tamper):
    changed = three_batches[2].pk
    tamper("UPDATE audit_entry SET reason = 'other' WHERE id = %s", changed)
    assert list(verify()) == [Finding("changed", f"entry {changed} of batch 2 was changed")]


def test_missing_entry_is_reported(three_batches, tamper):
    missing = three_batches[2].pk
    tamper("DELETE FROM audit_entry WHERE id = %s", missing)
    assert list(verify()) == [Finding("missing", f"entry {missing} of batch 2 is missing")]


def test_entry_removed_from_its_batch_is_reported(three_batches, tamper):
    tamper("DELETE FROM audit_batchentry WHERE entry_id = %s", three_batches[2].pk)
    assert list(verify()) == [Finding("batch_changed", "batch 2 is not as it was sealed")]


def test_missing_batch_is_reported(three_batches, tamper):
    tamper("DELETE FROM audit_batchentry USING audit_batch b WHERE b.id = batch_id AND b.number = 2")
    tamper("DELETE FROM audit_batch WHERE number = 2")
    assert list(verify()) == [Finding("batch_missing", "batch 2 is missing")]


def test_broken_chain_is_reported(three_batches, tamper):
    tamper("UPDATE audit_batch SET hash = 'x' || substr(hash, 2) WHERE number = 1")
    assert [finding.kind for finding in verify()] == ["batch_changed", "chain_broken"]


def test_forged_digest_is_reported(three_batches, tamper):
    changed = three_batches[2].pk
    tamper("UPDATE audit_entry SET reason = 'other' WHERE id = %s", changed)
    digest = actions.entry_digests([changed])[changed]
    tamper("UPDATE audit_batchentry SET digest = %s WHERE entry_id = %s", digest, changed)
    assert [finding.kind for finding in verify()] == ["batch_changed"]


def test_unsealed_entry_is_reported_after_ten_minutes(note):
    with time_machine.travel(clock.now(), tick=False) as now:
        entry = note()
        now.shift(dt.timedelta(minutes=10))
        assert list(verify()) == []
        now.shift(dt.timedelta(seconds=1))
        assert [finding.kind for finding in verify()] == ["unsealed"]
        assert f"entry {entry.pk} of" in str(next(verify()))


def test_unsealed_entry_of_the_future_is_reported(note):
    with time_machine.travel(clock.now() + dt.timedelta(hours=1)):
        note()
    assert [finding.kind for finding in verify()] == ["unsealed"]


def test_batches_removed_at_the_end_are_found_by_the_head(three_batches, tamper):
    head = str(Batch.objects.get(number=3))
    entries = list(BatchEntry.objects.filter(batch__number=3).values_list("entry_id", flat=True))
    tamper("DELETE FROM audit_batchentry WHERE entry_id = ANY(%s)", entries)
    tamper("DELETE FROM audit_entry WHERE id = ANY(%s)", entries)
    tamper("DELETE FROM audit_batch WHERE number = 3")
    assert [finding.kind for finding in verify(head)] == ["head_missing"]


def test_existing_head_is_no_finding(three_batches):
    assert list(verify(str(Batch.objects.get(number=2)))) == []


@pytest.mark.parametrize("head", ["9:x", "nonsense", "２:x"])
def test_unknown_head_is_a_finding(three_batches, head):
    assert [finding.kind for finding in verify(head)] == ["head_missing"]


def test_command_reports_that_nothing_is_wrong(three_batches, capsys):
    call_command("audit", "verify")
    assert capsys.readouterr().out.startswith("nothing is wrong; the last batch is 3:")


def test_command_fails_and_lists_the_findings(three_batches, tamper, capsys):
    tamper("DELETE FROM audit_entry WHERE id = %s", three_batches[0].pk)
    with pytest.raises(CommandError, match="1 findings") as failure:
        call_command("audit", "verify")
    assert failure.value.returncode == 1
    assert "is missing" in capsys.readouterr().out


def test_command_seals_queued_entries(note, capsys):
    note()
    call_command("audit", "seal")
    assert capsys.readouterr().out == "1 entries sealed, 0 of them were not in the queue\n"


def test_nightly_check_writes_findings_to_the_log(three_batches, tamper, caplog):
    tamper("DELETE FROM audit_entry WHERE id = %s", three_batches[0].pk)
    tasks.verify()
    assert "is missing" in caplog.text
