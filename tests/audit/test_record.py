"""The content of an entry, and values that it refuses."""

import pytest
from django.db import IntegrityError, transaction

from chengyang.platform.accounts.models import User
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.models import Entry
from chengyang.platform.web.context import RequestInfo, request_context
from tests import personas


def test_entry_outside_a_transaction_is_refused(district):
    with pytest.raises(RuntimeError, match="transaction"):
        audit.record("person.read", district, actor=district)


def test_entry_is_rolled_back_with_its_transaction(rolled_back):
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_entry_recorded_alone_is_committed():
    audit.record_alone("session.failed", User, actor=None, result="failed")
    assert Entry.objects.get().result == "failed"


@pytest.mark.django_db(transaction=True)
def test_record_alone_inside_a_transaction_is_refused():
    with pytest.raises(RuntimeError), transaction.atomic():
        audit.record_alone("session.failed", User, actor=None)


def test_unknown_verb_is_refused(note):
    with pytest.raises(ValueError, match="not an audit verb"):
        note("person.admired")


def test_failing_audit_rolls_the_action_back(district):
    @transaction.atomic
    def rename():
        User.objects.filter(pk=district.pk).update(name="改过")
        audit.record("person.admired", district, actor=district)

    with pytest.raises(ValueError, match="not an audit verb"):
        rename()
    assert User.objects.get(pk=district.pk).name == "district"


PERSONAL = ["13812345678", "林知夏", "a@demo.invalid", "370214199001011234", "青岛 城阳", "A1", "\n", "x" * 61]


@pytest.mark.parametrize("value", PERSONAL)
def test_value_in_place_of_a_field_name_is_refused(note, value):
    with pytest.raises(ValueError, match="names of fields"):
        note(fields=["phone", value])


@pytest.mark.parametrize("value", PERSONAL)
def test_value_in_place_of_a_reason_is_refused(note, value):
    with pytest.raises(ValueError, match="a code"):
        note(reason=value)


@pytest.mark.parametrize("value", ["林知夏", "a@demo.invalid", "A b"])
def test_database_refuses_a_value_in_place_of_a_reason(db, value):
    with pytest.raises(IntegrityError, match="entry_holds_codes"):
        Entry.objects.create(verb="person.read", actor_kind="system", reason=value)


def test_unknown_result_is_refused(note):
    with pytest.raises(ValueError, match="perhaps"):
        note(result="perhaps")


def test_entry_names_the_account_that_acted(note, district):
    entry = note(actor=district)
    assert (entry.actor_kind, entry.actor_id, entry.actor) == ("user", district.pk, district.public_id)


def test_entry_without_an_actor_is_of_the_system(note):
    assert (note().actor_kind, note().actor) == ("system", "")


def test_entry_of_a_visitor_names_nobody(note, visitor):
    assert (note(actor=visitor).actor_kind, note(actor=visitor).actor_id) == ("visitor", None)


def test_entry_names_its_subject(note, district):
    entry = note("user.disabled", district)
    assert (entry.subject, entry.subject_id) == ("accounts.User", district.public_id)


def test_subject_without_a_public_id_is_named_by_its_key(note, reference):
    assert note("settings.changed", reference).subject_id == str(reference.pk)


def test_subject_may_be_a_model_alone(note):
    entry = note("session.failed", User)
    assert (entry.subject, entry.subject_id, entry.user) == ("accounts.User", "", "")


def test_account_as_subject_is_the_one_concerned(note, district):
    assert note("session.started", district).user == district.public_id


def test_person_as_subject_is_the_one_concerned(note, reference):
    somebody = personas.person()
    assert note("person.read", somebody).person == somebody.public_id


def test_person_and_user_may_be_named(note, reference, district, member):
    entry = note("person.read", reference, person=member.person, user=member)
    assert (entry.person, entry.user) == (member.person.public_id, member.public_id)


def test_entry_has_field_names_and_a_reason_code(note):
    entry = note(fields=("phone", "unit"), reason="contact.by_phone")
    entry.refresh_from_db()
    assert (entry.fields, entry.reason) == (["phone", "unit"], "contact.by_phone")


def test_entry_has_address_browser_and_request_id(note):
    with request_context(RequestInfo(request_id="ab" * 16, address="192.0.2.7", agent="Mozilla\0" + "x" * 300)):
        entry = note()
    assert (entry.request_id, entry.address, len(entry.agent)) == ("ab" * 16, "192.0.2.7", 200)


def test_package_exports_nothing_else():
    with pytest.raises(AttributeError):
        audit.forge  # noqa: B018
