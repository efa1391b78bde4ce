"""Delivery: once whoever runs at the same moment, again after a crash only where that is safe, never silently lost."""

import datetime as dt
from multiprocessing.pool import ThreadPool

import pytest
import time_machine
from django.db import close_old_connections, connection

from chengyang import clock
from chengyang.platform.notices import delivery, gateways, tasks
from chengyang.platform.notices.actions import notify
from chengyang.platform.notices.gateways import NotSent, Refused, SmsGateway
from chengyang.platform.notices.models import Delivery, Notice

MINUTE = dt.timedelta(minutes=1)


class Trouble(SmsGateway):
    """A gateway that answers with `answer`."""

    takes_demo = True
    answer: Exception = RuntimeError()
    taken: list

    def put(self, message):
        self.taken.append(message["key"])
        raise self.answer


@pytest.fixture
def trouble(settings, monkeypatch):
    """Text messages go through a gateway in trouble, which does not know keys."""
    monkeypatch.setitem(gateways.SMS_GATEWAYS, "trouble", Trouble)
    settings.SMS_BACKEND = "trouble"
    monkeypatch.setattr(Trouble, "taken", [], raising=False)
    monkeypatch.setattr(Trouble, "honours_keys", False)
    return monkeypatch


@pytest.fixture
def waiting(zhixia):
    """A text message that waits."""
    return notify(zhixia, "tests/words").deliveries.get()


def sent_keys():
    return [message["key"] for message in gateways.last_sms(500)]


def state():
    return Delivery.objects.values_list("state", "tries", "error").get()


def test_what_waits_is_sent_once(waiting):
    assert (delivery.deliver_due(), delivery.deliver_due()) == (1, 0)
    assert sent_keys() == [waiting.key]


def test_a_text_message_has_signature_title_and_body(waiting):
    delivery.deliver_due()
    assert gateways.last_sms(1)[0]["text"] == "【城阳新阶层】报名成功\n第一行\n第二行"


def test_a_long_text_message_is_cut(zhixia):
    text = delivery.sms_text(Notice(title="报名", body="长" * 400))
    assert (len(text), text[-1]) == (200, "…")


def test_a_mail_says_where_to_go(officer, mailoutbox, settings):
    notify(officer, "tests/words", url="/me/notices/")
    delivery.deliver_due()
    assert mailoutbox[0].subject == "报名成功"
    assert f"{settings.SITE['domain']}:{settings.PORT}/me/notices/" in mailoutbox[0].body


def test_what_is_not_due_is_left(waiting):
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


def test_a_claim_is_won_by_one(waiting):
    assert delivery.claim(waiting.pk).tries == 1
    assert delivery.claim(waiting.pk) is None


def test_a_message_whose_hint_was_lost_is_swept(waiting):
    tasks.deliver()
    assert state()[0] == "sent"


def test_a_gateway_that_knows_the_key_is_asked_again_after_a_crash_between_sending_and_noting(waiting):
    claimed = delivery.claim(waiting.pk)
    delivery._hand_over(claimed, claimed.notice)  # and the worker dies
    with time_machine.travel(clock.now() + delivery.CLAIM_LASTS + MINUTE, tick=False):
        assert delivery.deliver_due() == 1
    assert sent_keys() == [waiting.key]


def test_a_gateway_that_does_not_know_keys_is_never_asked_again_after_a_crash(trouble, waiting):
    delivery.claim(waiting.pk)
    with time_machine.travel(clock.now() + delivery.CLAIM_LASTS + MINUTE, tick=False):
        delivery.deliver_due()
    assert state()[0] == "uncertain"
    assert Trouble.taken == []


def test_a_claim_that_is_still_young_is_left_alone(waiting):
    delivery.claim(waiting.pk)
    delivery.deliver_due()
    assert state()[0] == "sending"


def test_a_worker_that_was_only_slow_still_notes_that_it_sent(trouble, waiting):
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
def test_trouble_is_noted_without_any_number(trouble, waiting, answer, honours, expected):
    trouble.setattr(Trouble, "answer", answer)
    trouble.setattr(Trouble, "honours_keys", honours)
    delivery.deliver_due()
    assert state() == expected


def test_trouble_is_logged_without_any_number(trouble, waiting, caplog):
    trouble.setattr(Trouble, "answer", TimeoutError("+8615400000001"))
    delivery.deliver_due()
    assert "TimeoutError" in caplog.text
    assert "15400000001" not in caplog.text


def test_tries_come_at_growing_distances_and_end(trouble, waiting):
    trouble.setattr(Trouble, "answer", NotSent("busy"))
    moment, seen = clock.now(), []
    for _ in range(delivery.MOST_TRIES):
        with time_machine.travel(moment, tick=False):
            delivery.deliver_due()
        waiting.refresh_from_db()
        seen.append(waiting.due_at - moment)
        moment = waiting.due_at
    assert seen[:-1] == list(delivery.BACKOFF)
    assert state() == ("failed", delivery.MOST_TRIES, "busy")


def test_a_number_taken_out_of_the_account_meanwhile_gets_nothing(waiting, zhixia):
    zhixia.phone = ""
    zhixia.save()
    delivery.deliver_due()
    assert state() == ("failed", 1, "no_address")


def test_a_worker_stops_before_the_next_sweep(zhixia, monkeypatch):
    monkeypatch.setattr(delivery, "RUN_LASTS", -1.0)
    notify(zhixia, "tests/words")
    notify(zhixia, "tests/words")
    assert delivery.deliver_due() == 1


@pytest.mark.parametrize(("days", "kept"), [(364, 1), (366, 0)])
def test_notices_are_kept_for_a_year(zhixia, days, kept):
    notify(zhixia, "tests/words")
    Notice.objects.update(at=clock.now() - dt.timedelta(days=days))
    tasks.tidy()
    assert Notice.objects.count() == kept
