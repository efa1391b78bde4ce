"""Codes that prove a phone number (requirements U22)."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction

from chengyang import clock
from chengyang.errors import ActionError
from chengyang.platform.accounts import phone_verification
from chengyang.platform.accounts.models import PhoneProof, User
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices import gateways
from chengyang.platform.notices.models import Notice

from .conftest import PHONE, last_code, messages, wrong_code

pytestmark = pytest.mark.django_db
OTHER = "+8615400008001"


def send(phone=PHONE, *, address="192.0.2.1", session_key="s1", **options):
    return phone_verification.send_code(phone, address=address, session_key=session_key, **options)


def check(proof, code, session_key="s1"):
    return phone_verification.check_code(proof.public_id, code, session_key=session_key, actor=None)


def refused(call, *args, **options):
    with pytest.raises(ActionError) as caught:
        call(*args, **options)
    return caught.value.code


def outcome_of(call):
    try:
        call()
    except ActionError as error:
        return error.code
    return "right"


# ---- sending --------------------------------------------------------------------------------------------------------
def test_a_code_has_six_digits_and_goes_to_the_number():
    send()
    assert messages()[-1]["to"] == PHONE
    assert len(last_code()) == 6
    assert last_code().isdigit()


def test_the_message_says_who_sends_it_and_what_for():
    send(purpose="join")
    assert messages()[-1]["text"] == (
        f"【城阳新阶层】验证码 {last_code()}，用于加入新阶层，5 分钟内有效。请不要告诉任何人。"
    )


def test_neither_code_nor_session_key_is_stored():
    proof = send()
    row = PhoneProof.objects.filter(pk=proof.pk).values().get()
    assert last_code() not in str(row)
    assert "s1" not in (row["session_hash"], row["code_hash"])


def test_equal_codes_of_two_proofs_have_different_hashes(monkeypatch):
    monkeypatch.setattr(phone_verification.secrets, "randbelow", lambda end: 7)
    assert send().code_hash != send(OTHER).code_hash


@pytest.mark.parametrize(
    ("seconds", "outcome"), [(0, "too_soon"), (59, "too_soon"), (59.9, "too_soon"), (60, "right"), (61, "right")]
)
def test_another_code_goes_out_after_a_minute(time_machine, seconds, outcome):
    time_machine.move_to(dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC), tick=False)
    send()
    time_machine.shift(seconds)
    assert outcome_of(send) == outcome


def test_the_refusal_says_how_many_seconds_are_left(time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC), tick=False)
    send()
    time_machine.shift(18.5)
    with pytest.raises(ActionError, match="请 42 秒后再要"):
        send(session_key="another session")


@pytest.mark.parametrize(("codes", "hours", "outcome"), [(9, 23, "right"), (10, 23, "too_many"), (10, 24, "right")])
def test_a_number_gets_ten_codes_a_day(codes, hours, outcome):
    moment = clock.now() - dt.timedelta(hours=hours)
    for _ in range(codes):
        PhoneProof.objects.create(phone=PHONE, network="192.0.2.1", sent_at=moment)
    assert outcome_of(send) == outcome


@pytest.mark.parametrize(("asked", "outcome"), [(59, "right"), (60, "busy")])
def test_an_ip_address_gets_sixty_codes_a_minute(asked, outcome):
    PhoneProof.objects.bulk_create(PhoneProof(phone=OTHER, network="192.0.2.1") for _ in range(asked))
    assert outcome_of(send) == outcome


def test_one_network_does_not_use_up_the_codes_of_a_number():
    moment = clock.now() - dt.timedelta(hours=1)
    for _ in range(10):
        PhoneProof.objects.create(phone=PHONE, network="192.0.2.1", sent_at=moment)
    assert refused(send) == "too_many"
    assert outcome_of(lambda: send(address="192.0.2.2")) == "right"


def test_a_number_gets_thirty_codes_a_day_from_all_networks():
    moment = clock.now() - dt.timedelta(hours=1)
    for number in range(30):
        PhoneProof.objects.create(phone=PHONE, network=f"198.51.100.{number}", sent_at=moment)
    assert refused(send) == "too_many"
    assert outcome_of(lambda: send(known=True)) == "right"


def test_64_bits_of_an_ipv6_address_count_as_one():
    moment = clock.now() - dt.timedelta(hours=1)
    for number in range(1, 11):
        proof = send(OTHER, address=f"2001:db8:0:1::{number}")
        PhoneProof.objects.filter(pk=proof.pk).update(sent_at=moment)
    assert refused(send, OTHER, address="2001:db8:0:1:ffff::1") == "too_many"
    assert outcome_of(lambda: send(OTHER, address="2001:db8:0:2::1")) == "right"


@pytest.mark.parametrize(("asked", "outcome"), [(499, "right"), (500, "busy")])
def test_a_network_gets_five_hundred_codes_a_day(asked, outcome):
    moment = clock.now() - dt.timedelta(hours=1)
    PhoneProof.objects.bulk_create(PhoneProof(phone=OTHER, network="192.0.2.1", sent_at=moment) for _ in range(asked))
    assert outcome_of(send) == outcome


@pytest.fixture
def ten_a_day(settings, secadmin):
    settings.SMS_CODES_PER_DAY = 10

    def sent(number):
        moment = clock.now() - dt.timedelta(hours=1)
        PhoneProof.objects.bulk_create(PhoneProof(phone=OTHER, sent_at=moment) for _ in range(number))

    return sent


def test_the_whole_site_has_a_ceiling_that_known_browsers_pass(ten_a_day):
    ten_a_day(10)
    assert refused(send) == "site_full"
    assert outcome_of(lambda: send(known=True)) == "right"


@pytest.mark.parametrize(("before", "alarms"), [(5, 0), (7, 1), (10, 1)])
def test_the_security_administrator_is_notified_before_the_ceiling_and_at_it(ten_a_day, secadmin, before, alarms):
    ten_a_day(before)
    outcome_of(send)
    outcome_of(lambda: send("+8615400008003"))
    assert Notice.objects.filter(user=secadmin, kind="accounts/alarm_codes").count() == alarms


def test_limits_hold_without_the_cache(settings):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "unix:///nonexistent/valkey.sock"}}
    send()
    assert refused(send) == "too_soon"


@pytest.mark.parametrize("address", ["192.0.2.2", None])
def test_the_limit_of_one_ip_address_does_not_affect_others(address):
    PhoneProof.objects.bulk_create(PhoneProof(phone=OTHER, network="192.0.2.1") for _ in range(60))
    assert send(address=address)


def test_a_number_of_the_demonstration_gets_nothing_in_production(settings):
    settings.PRODUCTION = True
    assert refused(send) == "demo_number"
    assert not messages()


class Gateway:
    """A gateway that raises the given error."""

    def __init__(self, error):
        self.error = error

    def send(self, *args, **options):
        raise self.error


@pytest.mark.parametrize("error", [gateways.Refused("no"), gateways.NotSent("later")])
def test_a_code_that_was_not_sent_does_not_count(monkeypatch, error):
    monkeypatch.setattr(gateways, "sms", lambda: Gateway(error))
    assert refused(send) == "undelivered"
    assert not PhoneProof.objects.exists()


def test_a_code_that_may_have_been_sent_counts(monkeypatch):
    monkeypatch.setattr(gateways, "sms", lambda: Gateway(TimeoutError()))
    assert send().tries == 0
    assert refused(send) == "too_soon"


@pytest.mark.django_db(transaction=True)
def test_sending_inside_a_transaction_raises():
    with transaction.atomic(), pytest.raises(RuntimeError):
        send()
    assert not messages()


# ---- checking -------------------------------------------------------------------------------------------------------
def test_the_right_code_proves_the_number_once():
    proof = send()
    assert check(proof, last_code()).phone == PHONE
    assert refused(check, proof, last_code()) == "expired"


@pytest.mark.parametrize(("seconds", "outcome"), [(0, "right"), (299, "right"), (300, "expired")])
def test_a_code_is_valid_for_five_minutes(time_machine, seconds, outcome):
    time_machine.move_to(dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC), tick=False)
    proof = send()
    time_machine.shift(seconds)
    assert outcome_of(lambda: check(proof, last_code())) == outcome


def test_the_right_code_is_refused_after_five_wrong_ones():
    proof = send()
    outcomes = [refused(check, proof, wrong_code()) for _ in range(5)]
    assert outcomes == ["wrong"] * 4 + ["used_up"]
    assert refused(check, proof, last_code()) == "used_up"


def test_the_fifth_try_may_still_be_right():
    proof = send()
    for _ in range(4):
        refused(check, proof, wrong_code())
    assert check(proof, last_code()).used_at


def test_a_code_is_invalid_in_another_session():
    proof = send()
    assert refused(check, proof, last_code(), session_key="s2") == "expired"
    assert PhoneProof.objects.get().tries == 0


def test_a_code_proves_no_other_number(monkeypatch):
    codes = iter([111_111, 222_222])
    monkeypatch.setattr(phone_verification.secrets, "randbelow", lambda end: next(codes))
    send()
    assert refused(check, send(OTHER), "111111") == "wrong"


def test_known_and_unknown_numbers_are_answered_alike():
    User.objects.create(phone=PHONE)
    known, unknown = send(), send(OTHER)
    assert refused(check, known, "not it") == refused(check, unknown, "not it") == "wrong"


def test_right_and_wrong_codes_are_recorded_for_the_account():
    owner = User.objects.create(phone=PHONE)
    proof = send()
    refused(check, proof, wrong_code())
    check(proof, last_code())
    entries = list(Entry.objects.order_by("id").values_list("verb", "result", "user", "reason"))
    assert entries == [
        ("session.failed", "failed", owner.public_id, "code"),
        ("phone.proved", "ok", owner.public_id, "sign_in"),
    ]


# ---- concurrency ----------------------------------------------------------------------------------------------------
def run_concurrently(calls):
    """Run `calls` in threads with separate connections, started together; return their outcomes."""
    start, outcomes = threading.Barrier(len(calls)), []

    def run(call):
        start.wait()
        try:
            outcomes.append(outcome_of(call))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_twenty_concurrent_guesses_are_five_tries():
    proof = send()
    guess = wrong_code()
    outcomes = run_concurrently([lambda: check(proof, guess)] * 20)
    assert outcomes == ["used_up"] * 16 + ["wrong"] * 4
    assert PhoneProof.objects.get().tries == 5


@pytest.mark.django_db(transaction=True)
def test_the_right_code_posted_twice_concurrently_counts_once():
    proof, code = send(), last_code()
    assert run_concurrently([lambda: check(proof, code)] * 6) == ["expired"] * 5 + ["right"]


@pytest.mark.django_db(transaction=True)
def test_concurrent_requests_for_one_number_send_one_code():
    calls = [lambda key=key: send(session_key=f"s{key}", address=f"192.0.2.{key}") for key in range(8)]
    assert run_concurrently(calls) == ["right"] + ["too_soon"] * 7
    assert len(messages()) == 1


@pytest.mark.django_db(transaction=True)
def test_concurrent_requests_from_one_address_stay_below_the_limit():
    PhoneProof.objects.bulk_create(PhoneProof(phone=PHONE, network="192.0.2.1") for _ in range(57))
    calls = [lambda last=last: send(f"+861540000900{last}") for last in range(8)]
    assert run_concurrently(calls) == ["busy"] * 5 + ["right"] * 3
