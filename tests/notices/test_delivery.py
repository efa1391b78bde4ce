"""Delivery: sent once by concurrent workers, tried again after a crash only where that is safe, and always with a recorded result."""

import datetime as dt
from multiprocessing.pool import ThreadPool

import pytest
import time_machine
from django.core.cache import cache
from django.db import close_old_connections, connection

from chengyang import clock
from chengyang.platform.notices import delivery, gateways, tasks
from chengyang.platform.notices.actions import notify
from chengyang.platform.notices.gateways import NotSent, Refused, SmsGateway
from chengyang.platform.notices.models import Delivery, Notice

MINUTE = dt.timedelta(minutes=1)


class FailingGateway(SmsGateway):
    """A gateway that raises `answer`."""

    takes_demo = True
    answer: Exception = RuntimeError()
    taken: list

    def put(self, message):
        self.taken.append(message.key)
        raise self.answer


@pytest.fixture
def failing(settings, monkeypatch):
    """Send text messages through `FailingGateway`, which does not honour keys."""
    settings.SMS_BACKEND = f"{__name__}.FailingGateway"
    monkeypatch.setattr(FailingGateway, "taken", [], raising=False)
    monkeypatch.setattr(FailingGateway, "honours_keys", False)
    return monkeypatch


@pytest.fixture
def waiting(zhixia):
    """Return a text message that waits."""
    return notify(zhixia, "tests/words").deliveries.get()


def sent_keys():
    return [message["key"] for message in gateways.last_sms(500)]


def state():
    return Delivery.objects.values_list("state", "tries", "error").get()


def test_a_waiting_delivery_is_sent_once(waiting):
    assert (delivery.deliver_due(), delivery.deliver_due()) == (1, 0)
    assert sent_keys() == [waiting.key]


def test_a_text_message_has_signature_title_and_body(waiting):
    delivery.deliver_due()
    assert gateways.last_sms(1)[0]["text"] == "【城阳新阶层】报名成功\n第一行\n第二行"


def test_a_long_text_message_is_cut(zhixia):
    text = delivery.sms_text(Notice(title="报名", body="长" * 400))
    assert (len(text), text[-1]) == (134, "…")


def test_a_mail_contains_the_address_of_the_next_page(officer, mailoutbox, settings):
    notice = notify(officer, "tests/words", url="/me/notices/")
    delivery.deliver_due()
    assert mailoutbox[0].subject == "报名成功"
    assert f"{settings.SITE_URL}/n/{notice.public_id}/" in mailoutbox[0].body


def test_a_delivery_that_is_not_due_is_not_sent(waiting):
    Delivery.objects.update(due_at=clock.now() + MINUTE)
    assert delivery.deliver_due() == 0


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_moment_send_each_message_once(zhixia):
    keys = {notify(zhixia, "tests/words").deliveries.get().key for _ in range(30)}

    def work(_):
        close_old_connections()
        try:
            return delivery.deliver_due()
        finally:
            connection.close()

    with ThreadPool(6) as pool:
        totals = pool.map(work, range(6))
    assert sorted(sent_keys()) == sorted(keys)
    assert (sum(totals), set(Delivery.objects.values_list("state", "tries"))) == (30, {("sent", 1)})


def test_only_one_worker_can_claim_a_delivery(waiting):
    assert delivery.claim(waiting.pk).tries == 1
    assert delivery.claim(waiting.pk) is None


def test_a_message_whose_hint_was_not_received_is_sent(waiting):
    tasks.deliver()
    assert state()[0] == "sent"


def test_a_gateway_that_honours_keys_is_tried_again_after_a_crash_between_sending_and_settling(waiting):
    claimed = delivery.claim(waiting.pk)
    delivery._pass_to_gateway(claimed, claimed.notice)  # and the worker dies
    with time_machine.travel(clock.now() + delivery.CLAIM_LASTS + MINUTE, tick=False):
        assert delivery.deliver_due() == 1
    assert sent_keys() == [waiting.key]


def test_a_gateway_that_does_not_honour_keys_is_not_tried_again_after_a_crash(failing, waiting):
    delivery.claim(waiting.pk)
    with time_machine.travel(clock.now() + delivery.CLAIM_LASTS + MINUTE, tick=False):
        delivery.deliver_due()
    assert state()[0] == "uncertain"
    assert FailingGateway.taken == []


def test_a_recent_claim_is_not_recovered(waiting):
    delivery.claim(waiting.pk)
    delivery.deliver_due()
    assert state()[0] == "sending"


def test_a_worker_that_was_only_slow_can_still_settle_its_claim(failing, waiting):
    slow = delivery.claim(waiting.pk)
    Delivery.objects.update(state="uncertain")
    assert delivery.settle(slow, Delivery.State.SENT)
    assert state()[0] == "sent"


def test_a_slow_worker_does_not_overwrite_a_later_claim(waiting):
    slow = delivery.claim(waiting.pk)
    Delivery.objects.update(state="waiting")
    delivery.claim(waiting.pk)
    assert not delivery.settle(slow, Delivery.State.FAILED)


@pytest.mark.parametrize(
    ("answer", "honours", "expected"),
    [
        (Refused("demo_number"), False, ("failed", 1, "demo_number")),
        (NotSent("busy"), False, ("waiting", 1, "busy")),
        (TimeoutError("+8615400000001"), False, ("uncertain", 1, "TimeoutError")),
        (TimeoutError("+8615400000001"), True, ("waiting", 1, "TimeoutError")),
    ],
)
def test_an_error_is_stored_without_a_phone_number(failing, waiting, answer, honours, expected):
    failing.setattr(FailingGateway, "answer", answer)
    failing.setattr(FailingGateway, "honours_keys", honours)
    delivery.deliver_due()
    assert state() == expected


def test_an_error_is_logged_without_a_phone_number(failing, waiting, caplog):
    failing.setattr(FailingGateway, "answer", TimeoutError("+8615400000001"))
    delivery.deliver_due()
    assert "TimeoutError" in caplog.text
    assert "15400000001" not in caplog.text


def test_tries_are_spaced_by_the_backoff_and_end(failing, waiting):
    failing.setattr(FailingGateway, "answer", NotSent("busy"))
    moment, waits = clock.now(), []
    for _ in range(delivery.MOST_TRIES):
        with time_machine.travel(moment, tick=False):
            delivery.deliver_due()
        waiting.refresh_from_db()
        waits.append(waiting.due_at - moment)
        moment = waiting.due_at
    assert waits[:-1] == list(delivery.BACKOFF)
    assert state() == ("failed", delivery.MOST_TRIES, "busy")


def test_a_number_removed_from_the_account_meanwhile_gets_nothing(waiting, zhixia):
    zhixia.phone = ""
    zhixia.save()
    delivery.deliver_due()
    assert state() == ("failed", 1, "no_address")


def test_a_worker_stops_before_the_next_run(zhixia, monkeypatch):
    monkeypatch.setattr(delivery, "RUN_LASTS", -1.0)
    monkeypatch.setattr(delivery, "BATCH", 1)
    notify(zhixia, "tests/words")
    notify(zhixia, "tests/words")
    assert delivery.deliver_due() == 1


@pytest.mark.parametrize(("days", "left"), [(364, 1), (366, 0)])
def test_notices_are_deleted_after_a_year(zhixia, days, left):
    notify(zhixia, "tests/words")
    Notice.objects.update(at=clock.now() - dt.timedelta(days=days))
    tasks.tidy()
    assert Notice.objects.count() == left


# ---- batches ----------------------------------------------------------------------------------------------------------
def test_many_deliveries_are_claimed_and_settled_together(zhixia, django_assert_max_num_queries):
    for _ in range(8):
        notify(zhixia, "tests/words")
    with django_assert_max_num_queries(10):  # twice: claim (with its transaction), update, read; once: settle
        assert delivery.deliver_due(recover=False) == 8
    assert set(Delivery.objects.values_list("state", "tries")) == {("sent", 1)}


def test_what_a_slow_gateway_leaves_is_released_and_counts_as_no_try(zhixia, monkeypatch):
    monkeypatch.setattr(delivery, "BATCH_LASTS", -1.0)
    notify(zhixia, "tests/words")
    claimed = delivery.claim_batch()
    assert (delivery.send_batch(claimed), set(Delivery.objects.values_list("state", "tries"))) == (0, {("waiting", 0)})


def test_a_hint_is_sent_once_a_second(zhixia, monkeypatch, settings, django_capture_on_commit_callbacks):
    cache.delete("notices:hint")
    asked = []
    monkeypatch.setattr(tasks.deliver, "apply_async", lambda **options: asked.append(options["countdown"]))
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            notify(zhixia, "tests/words")
    assert asked == [1]
