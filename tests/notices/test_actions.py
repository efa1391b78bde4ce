"""`notify`: who gets which deliveries with which text, and only if the transaction commits."""

import pytest
from django.core.cache import cache
from django.db import transaction

from chengyang.platform.accounts.models import User
from chengyang.platform.notices import actions
from chengyang.platform.notices.actions import notify
from chengyang.platform.notices.models import Delivery, Notice
from tests import personas


def channels(notice):
    return sorted(notice.deliveries.values_list("channel", flat=True))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"phone": "+8615400000001"}, ["sms"]),
        ({"email": "a@demo.invalid"}, ["email"]),
        ({"phone": "+8615400000001", "email": "a@demo.invalid"}, ["email", "sms"]),
        ({}, []),
    ],
)
def test_an_account_gets_a_delivery_for_each_address_it_has(db, fields, expected):
    assert channels(notify(User.objects.create(name="林知夏", **fields), "tests/words")) == expected


@pytest.mark.parametrize(("address", "expected"), [("+8615400000009", ["sms"]), ("b@demo.invalid", ["email"])])
def test_an_address_given_for_this_purpose_gets_a_delivery(db, address, expected):
    notice = notify(address, "tests/words")
    assert (channels(notice), notice.user, notice.address) == (expected, None, address)


def test_a_person_without_an_account_is_notified_by_phone(reference):
    notice = notify(personas.person(phone="+8615400000002"), "tests/words")
    assert (notice.target("sms"), notice.user) == ("+8615400000002", None)


def test_a_persons_own_number_is_used_rather_than_the_one_that_signs_in(reference, zhixia):
    notice = notify(personas.person(account=zhixia, phone="+8615400000002"), "tests/words")
    assert (notice.target("sms"), notice.user) == ("+8615400000002", zhixia)


def test_the_number_of_the_account_is_not_stored_twice(reference, zhixia):
    assert notify(personas.person(account=zhixia, phone=zhixia.phone), "tests/words").address == ""


@pytest.mark.parametrize("nobody", [None, ""])
def test_no_recipient_is_no_error(db, nobody):
    assert notify(nobody, "tests/words") is None


def test_a_person_with_neither_account_nor_number_is_not_notified(reference):
    assert notify(personas.person(), "tests/words") is None


def test_the_first_line_is_the_title_and_the_rest_the_body(zhixia):
    notice = notify(zhixia, "tests/words", url="/me/")
    assert (notice.title, notice.body, notice.url) == ("报名成功", "第一行\n第二行", "/me/")


def test_a_notice_is_plain_text_and_not_escaped(zhixia):
    assert notify(zhixia, "tests/words", word="“A&B”<座谈>").title == "“A&B”<座谈>"


def test_a_title_that_is_too_long_is_cut(zhixia):
    assert notify(zhixia, "tests/words", word="长" * 200).title == "长" * 120


def test_a_template_without_a_title_is_an_error(zhixia):
    with pytest.raises(ValueError, match="first line"):
        notify(zhixia, "tests/nothing")


@pytest.mark.parametrize("url", ["https://example.com/", "javascript:alert(1)", "me/"])
def test_only_paths_of_this_site_are_linked(zhixia, url):
    with pytest.raises(ValueError, match="not a path of this site"):
        notify(zhixia, "tests/words", url=url)


def test_the_notice_of_a_rolled_back_action_is_not_stored(zhixia):
    with transaction.atomic():
        notify(zhixia, "tests/words")
        transaction.set_rollback(True)
    assert not Notice.objects.exists()


def test_an_address_is_encrypted_in_the_database(db):
    notice = notify("+8615400000009", "tests/words")
    assert "15400000009" not in Notice.objects.filter(pk=notice.pk).values_list("address", flat=True).get()


def test_one_transaction_sends_one_hint(zhixia, officer, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        notify(zhixia, "tests/words")
        notify(officer, "tests/words")
    assert callbacks == [actions._hint]


def unreachable(*args, **options):
    raise ConnectionError("no broker")


def test_a_broker_that_is_down_does_not_fail_the_request(
    zhixia, monkeypatch, django_capture_on_commit_callbacks, caplog
):
    monkeypatch.setattr(actions.tasks.deliver, "apply_async", unreachable)
    with django_capture_on_commit_callbacks(execute=True):
        notify(zhixia, "tests/words")
    assert Delivery.objects.filter(state="waiting").count() == 1
    assert "no broker" in caplog.text


def test_a_broker_that_is_down_gets_no_hint_from_the_next_page(monkeypatch):
    hints = []
    monkeypatch.setattr(actions.tasks.deliver, "apply_async", lambda **options: hints.append(1) or unreachable())
    cache.delete("notices:hint")  # of another test, less than a second ago
    with pytest.raises(ConnectionError):
        actions._hint()
    actions._hint()
    assert hints == [1]


def test_only_the_first_reading_is_stored(zhixia):
    notice = notify(zhixia, "tests/words")
    first = actions.read(notice).read_at
    assert first
    assert actions.read(Notice.objects.get()).read_at == first


def test_reading_all_leaves_the_notices_of_others(zhixia, officer):
    mine, other = notify(zhixia, "tests/words"), notify(officer, "tests/words")
    assert actions.read_all(actor=zhixia) == 1
    assert list(Notice.objects.unread()) == [other]
    assert mine not in Notice.objects.unread()
