"""Giving and withdrawing consent: only by the person, each time as a row that nobody can change."""

import pytest
from django.db import InternalError, connection, transaction
from django.utils.functional import SimpleLazyObject

from chengyang import extensions
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.accounts.models import User
from chengyang.platform.audit.models import Entry
from chengyang.platform.privacy import actions
from chengyang.platform.privacy.actions import give, holds, latest_for, withdraw
from chengyang.platform.privacy.models import Consent, PolicyVersion, Purpose
from chengyang.platform.web.context import RequestInfo, request_context
from chengyang.seed import loader
from tests import personas


def test_there_is_no_consent_before_it_is_given(rules, zhixia):
    assert not holds(zhixia, "registration")


def test_consent_holds_for_its_purpose_only(rules, zhixia):
    give(zhixia, "publication", actor=zhixia)
    assert holds(zhixia, "publication")
    assert not holds(zhixia, "registration")


def test_a_withdrawn_consent_no_longer_holds_and_both_rows_stay(rules, zhixia):
    give(zhixia, "publication", actor=zhixia)
    withdraw(zhixia, "publication", actor=zhixia)
    assert not holds(zhixia, "publication")
    assert list(Consent.objects.order_by("id").values_list("given", flat=True)) == [True, False]


@pytest.mark.parametrize("verb", [give, withdraw])
def test_the_same_decision_twice_is_one_row(rules, zhixia, verb):
    assert verb(zhixia, "publication", actor=zhixia) == verb(zhixia, "publication", actor=zhixia)


def test_consent_to_a_changed_text_is_a_new_row(rules, zhixia):
    first = give(zhixia, "publication", actor=zhixia)
    Purpose.objects.filter(code="publication").update(text="还用来……")
    second = give(zhixia, "publication", actor=zhixia)
    assert second.text_hash != first.text_hash


def test_a_row_has_rules_address_and_actor(rules, zhixia):
    with request_context(RequestInfo(address="203.0.113.9")):
        row = give(zhixia, "publication", actor=zhixia)
    assert (row.policy, row.address, row.actor_public_id, row.channel) == (
        rules,
        "203.0.113.9",
        zhixia.public_id,
        "web",
    )


@pytest.mark.parametrize("name", [*personas.NAMES])
@pytest.mark.parametrize("verb", [give, withdraw])
def test_nobody_decides_for_somebody_else(reference, rules, zhixia, name, verb):
    with pytest.raises(NotAllowed):
        verb(zhixia, "registration", actor=personas.make(name))
    assert not Consent.objects.exists()


@pytest.mark.parametrize("actor", [None, personas.visitor()])
def test_neither_the_portal_nor_a_visitor_consents(rules, zhixia, actor):
    with pytest.raises(NotAllowed):
        give(zhixia, "registration", actor=actor)


def test_the_user_of_a_request_can_decide(rules, zhixia):
    lazy = SimpleLazyObject(lambda: User.objects.get(pk=zhixia.pk))
    assert give(lazy, "registration", actor=lazy).given


def test_an_unknown_purpose_is_refused(rules, zhixia):
    with pytest.raises(ActionError) as refused:
        give(zhixia, "marketing", actor=zhixia)
    assert refused.value.code == "purpose"


def test_a_portal_without_rules_asks_for_nothing(zhixia):
    Purpose.objects.create(code="registration", name="x", text="x", categories="x", retention="x")
    with pytest.raises(ActionError) as refused:
        give(zhixia, "registration", actor=zhixia)
    assert refused.value.code == "no_rules"


def test_each_decision_is_in_the_audit_without_values(rules, zhixia):
    give(zhixia, "publication", actor=zhixia)
    withdraw(zhixia, "publication", actor=zhixia)
    assert list(Entry.objects.order_by("id").values_list("verb", "reason", "user")) == [
        ("consent.given", "publication", zhixia.public_id),
        ("consent.withdrawn", "publication", zhixia.public_id),
    ]


@pytest.mark.parametrize("given_before", [True, False])
def test_withdrawal_calls_the_handlers_of_the_purpose(rules, zhixia, monkeypatch, given_before):
    stopped = []
    handler = lambda user, actor: stopped.append(user)  # noqa: E731
    monkeypatch.setattr(extensions, "withdrawal_handlers", {"publication": [handler]}.get)
    if given_before:
        give(zhixia, "publication", actor=zhixia)
    withdraw(zhixia, "publication", actor=zhixia)
    assert stopped == [zhixia] * given_before


def test_a_withdrawal_whose_handler_fails_is_not_stored(rules, zhixia, monkeypatch):
    monkeypatch.setattr(extensions, "withdrawal_handlers", lambda purpose: [lambda user, actor: 1 / 0])
    give(zhixia, "publication", actor=zhixia)
    with pytest.raises(ZeroDivisionError):
        withdraw(zhixia, "publication", actor=zhixia)
    assert holds(zhixia, "publication")


def test_the_latest_decision_on_each_purpose_needs_one_query(rules, zhixia, django_assert_num_queries):
    give(zhixia, "registration", actor=zhixia)
    give(zhixia, "publication", actor=zhixia)
    withdraw(zhixia, "publication", actor=zhixia)
    with django_assert_num_queries(1):
        found = latest_for(zhixia)
        assert {code: row.given for code, row in found.items()} == {"registration": True, "publication": False}


def test_a_row_of_the_ledger_cannot_be_changed(rules, zhixia):
    give(zhixia, "publication", actor=zhixia)
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        Consent.objects.update(given=False)


def test_a_consent_is_visible_to_its_user_only(rules, zhixia, district):
    give(zhixia, "publication", actor=zhixia)
    assert Consent.objects.visible_to(zhixia).count() == 1
    assert not Consent.objects.visible_to(district).exists()


def test_a_row_of_the_ledger_cannot_be_deleted(rules, zhixia):
    give(zhixia, "publication", actor=zhixia)
    with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
        Consent.objects.all().delete()


def test_the_ledger_cannot_be_emptied(rules, zhixia):
    with pytest.raises(InternalError, match="Cannot truncate"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE privacy_consent")


@pytest.mark.parametrize("change", [{"text": "别的"}, {"version": 7}])
def test_published_rules_cannot_be_changed(rules, change):
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        PolicyVersion.objects.update(**change)


def test_published_rules_cannot_be_deleted(rules):
    with pytest.raises(InternalError, match="delete rows"), transaction.atomic():
        rules.delete()


def test_new_rules_are_the_next_version(rules):
    assert actions.publish_policy("第二版", actor=None).version == 2
    assert PolicyVersion.objects.current().text == "第二版"


# ---- asking again ----------------------------------------------------------------------------------------------------
def asked_again(user):
    return [row.purpose.code for row in actions.to_confirm(user)]


def test_a_user_who_consented_is_asked_again_under_new_rules(rules, zhixia):
    give(zhixia, "publication", actor=zhixia)
    assert asked_again(zhixia) == []
    actions.publish_policy("第二版", actor=None)
    assert asked_again(zhixia) == ["publication"]


def test_a_purpose_with_a_changed_text_is_asked_again(rules, zhixia):
    for code in ("registration", "publication"):
        give(zhixia, code, actor=zhixia)
    Purpose.objects.filter(code="publication").update(text="还用来……")
    assert asked_again(zhixia) == ["publication"]


@pytest.mark.parametrize("verb", [give, withdraw])
def test_an_answer_under_new_rules_is_enough(rules, zhixia, verb):
    give(zhixia, "publication", actor=zhixia)
    actions.publish_policy("第二版", actor=None)
    verb(zhixia, "publication", actor=zhixia)
    assert asked_again(zhixia) == []


def test_a_user_who_never_consented_is_not_asked_again(rules, zhixia):
    withdraw(zhixia, "publication", actor=zhixia)
    actions.publish_policy("第二版", actor=None)
    assert asked_again(zhixia) == []


def test_rules_with_the_same_text_are_not_published_again(rules):
    with pytest.raises(ActionError) as refused:
        actions.publish_policy(rules.text, actor=None)
    assert refused.value.code == "unchanged"


# ---- what the rules need ---------------------------------------------------------------------------------------------
def test_rules_are_not_published_without_a_contact(db, settings):
    settings.SITE = {**settings.SITE, "contact": " "}
    with pytest.raises(ActionError) as caught:
        actions.publish_policy("第一条\n", actor=None)
    assert caught.value.code == "contact"
    assert not PolicyVersion.objects.exists()


def test_the_reference_data_publishes_no_rules_without_a_contact(db, settings):
    settings.SITE = {**settings.SITE, "contact": ""}
    assert loader.privacy_rules() == []
    settings.SITE = {**settings.SITE, "contact": "0532-00000000"}
    assert len(loader.privacy_rules()) == 1
