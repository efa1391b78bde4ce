"""The history of domain rows."""

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from chengyang.platform.accounts.models import Role, User
from chengyang.platform.audit.history import attribute_to, changed_by, delete_history, tracked
from chengyang.platform.audit.middleware import HistoryMiddleware
from chengyang.platform.web.context import RequestInfo, request_context
from members.models import Person


@pytest.fixture
def account(db):
    return User.objects.create(name="原来", email="history@demo.invalid", password="old")


def stored(row):
    return [(event.pgh_label, event.name) for event in row.history.all()]


def test_insert_stores_nothing(account):
    assert stored(account) == []


def test_update_stores_the_old_row(account):
    account.name = "后来"
    account.save(update_fields=["name"])
    assert stored(account) == [("update", "原来")]


def test_bulk_update_stores_the_old_row(account):
    User.objects.filter(pk=account.pk).update(name="后来")
    assert stored(account) == [("update", "原来")]


def test_raw_update_stores_the_old_row(account):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET name = '后来'")
    assert stored(account) == [("update", "原来")]


def test_delete_stores_the_old_row(account):
    key = account.pk
    account.delete()
    assert [(event.pgh_label, event.name) for event in User.pgh_event_model.objects.filter(pgh_obj_id=key)] == [
        ("delete", "原来")
    ]


def test_delete_history_leaves_nothing_of_the_row(account, district):
    User.objects.update(name="后来")
    delete_history(User.objects.filter(pk=account.pk))
    assert (stored(account), stored(district)) == ([], [("update", "district")])


def test_excluded_field_is_not_stored(account):
    User.objects.update(last_login="2026-11-23T09:00Z")
    assert stored(account) == []


def test_password_is_never_stored(account):
    User.objects.update(password="new")
    assert stored(account) == []
    assert "password" not in {field.name for field in User.pgh_event_model._meta.fields}


def test_inherited_fields_are_stored():
    assert {"name", "unit", "is_demo"} <= {field.name for field in Person.pgh_event_model._meta.fields}


def test_stored_row_has_no_foreign_key_constraints():
    user = Role.pgh_event_model._meta.get_field("user")
    assert not user.db_constraint


def test_exclusion_of_an_unknown_field_is_refused():
    with pytest.raises(FieldDoesNotExist, match="nmae"):
        tracked(exclude=["nmae"])(User)


def test_stored_row_names_the_actor(account, district):
    with changed_by(district, request_id="ab" * 16):
        User.objects.filter(pk=account.pk).update(name="后来")
    assert account.history.get().pgh_context == {"actor": district.public_id, "request": "ab" * 16}


def test_stored_row_outside_a_request_has_no_context(account):
    User.objects.filter(pk=account.pk).update(name="后来")
    assert account.history.get().pgh_context is None


@pytest.mark.django_db(transaction=True)
def test_attribution_ends_with_its_context_manager(account, district):
    with changed_by(district):
        User.objects.filter(pk=account.pk).update(name="其间")
    User.objects.filter(pk=account.pk).update(name="后来")
    assert [bool(event.pgh_context) for event in account.history.all()] == [True, False]


def test_actor_may_be_set_later(account, visitor):
    with changed_by(visitor):
        attribute_to(account)
        User.objects.filter(pk=account.pk).update(name="后来")
    assert account.history.get().pgh_context["actor"] == account.public_id


def test_recording_an_entry_names_the_actor(account, visitor, note):
    with changed_by(visitor):
        note("session.started", account, actor=account)
        User.objects.filter(pk=account.pk).update(name="后来")
    assert account.history.get().pgh_context["actor"] == account.public_id


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_request_that_changes_rows_is_attributed_to_its_user(account, district, method):
    def view(request):
        User.objects.filter(pk=account.pk).update(name="后来")
        return HttpResponse()

    request = getattr(RequestFactory(), method)("/")
    request.user = district
    with request_context(RequestInfo(request_id="cd" * 16)):
        HistoryMiddleware(view)(request)
    assert account.history.get().pgh_context == {"actor": district.public_id, "request": "cd" * 16}


def test_reading_request_does_not_ask_for_its_user():
    request = RequestFactory().get("/")
    assert HistoryMiddleware(lambda asked: HttpResponse(status=204))(request).status_code == 204
