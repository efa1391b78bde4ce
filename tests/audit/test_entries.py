"""Visibility of entries, and protection against changing or deleting them."""

import pytest
from django.db import DatabaseError

from chengyang.platform.accounts.models import User
from chengyang.platform.audit import actions
from chengyang.platform.audit.models import Entry

APPEND_ONLY = ["audit_entry", "audit_batch", "audit_batchentry", "audit_purge"]


@pytest.fixture
def one_of_each(sealed_long_ago, note):
    """Create one row in each of the four tables."""
    sealed_long_ago(500)
    actions.purge()
    note()
    actions.seal_due()


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_rows_cannot_be_changed(one_of_each, sql, table):
    with pytest.raises(DatabaseError, match=f"UPDATE on {table} is refused"):
        sql(f"UPDATE {table} SET id = id")


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_rows_cannot_be_deleted(one_of_each, sql, table):
    with pytest.raises(DatabaseError, match=f"DELETE on {table} is refused"):
        sql(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_tables_cannot_be_truncated(sql, table):
    with pytest.raises(DatabaseError, match=f"TRUNCATE on {table} is refused"):
        sql(f"TRUNCATE {table} CASCADE")


def test_entries_are_not_deleted_through_the_models(note):
    note()
    with pytest.raises(DatabaseError, match="refused outside a purge"):
        Entry.objects.all().delete()


def test_pgtrigger_cannot_switch_the_triggers_off(note, sql):
    note()
    sql("SELECT set_config('pgtrigger.ignore', '{audit_entry_no_update}', true)")
    with pytest.raises(DatabaseError, match="UPDATE on"):
        sql("UPDATE audit_entry SET reason = 'other'")


def test_entries_refer_to_no_other_table():
    assert not [field for field in Entry._meta.get_fields() if field.is_relation]


def test_entry_outlives_its_account(note, district):
    entry = note("user.disabled", district, actor=district)
    district.roles.all().delete()
    User.objects.filter(pk=district.pk).delete()
    assert Entry.objects.get().user == entry.user


@pytest.mark.parametrize("name", ["district", "xiazhuang", "secretary", "sysadmin", "secadmin", "stranger"])
def test_nobody_reads_entries_about_others(request, note, member, name):
    note("person.read", member.person, user=member)
    assert not Entry.objects.visible_to(request.getfixturevalue(name)).exists()


def test_account_reads_entries_about_itself(note, stranger, district):
    entry = note("user.disabled", stranger, actor=district)
    assert Entry.objects.visible_to(stranger).get() == entry


def test_person_reads_entries_about_themself(note, member, district):
    entry = note("person.read", member.person, actor=district)
    assert Entry.objects.visible_to(member).get() == entry


def test_actor_does_not_read_entries_about_others(note, stranger, district):
    note("user.disabled", stranger, actor=district)
    assert not Entry.objects.visible_to(district).exists()


def test_auditor_reads_all_entries(note, auditor, stranger):
    note("user.disabled", stranger)
    assert Entry.objects.visible_to(auditor).count() == 1


def test_visitor_reads_no_entries(note, visitor):
    note(actor=visitor)
    assert not Entry.objects.visible_to(visitor).exists()


def test_entry_shows_the_text_of_its_verb(note):
    assert str(note("session.started").verb_label) == "登录"


def test_entry_with_an_unregistered_verb_shows_the_verb():
    assert Entry(verb="thing.forgotten").verb_label == "thing.forgotten"
