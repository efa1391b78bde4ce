"""恢复时告诉我: who waits for an offer that is switched off is notified once, and nobody reads who waits."""

import datetime as dt

import pytest
from django.urls import reverse

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.notices.models import Delivery, Notice
from services import actions, tasks
from services.models import Offer, OfferAlert
from tests import personas

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer(leader):
    row = Offer.objects.create(team=personas.team(), name="投融资辅导")
    return actions.switch_off_offer(row, actor=leader, reason="导师出差")


@pytest.fixture
def alert(offer, stranger):
    return actions.ask_alert(offer, actor=stranger)


def notices_to(user):
    return Notice.objects.filter(user=user, kind="services/offer_on")


def refusal(act, *arguments, **options):
    with pytest.raises(ActionError) as refused:
        act(*arguments, **options)
    return refused.value.code


def test_it_is_asked_once(alert, offer, stranger):
    assert actions.ask_alert(offer, actor=stranger) == alert
    assert OfferAlert.objects.count() == 1


def test_only_what_is_off_is_waited_for(offer, leader, stranger):
    actions.switch_on_offer(offer, actor=leader)
    assert refusal(actions.ask_alert, offer, actor=stranger) == "on"
    actions.end_offer(offer, actor=leader)
    assert refusal(actions.ask_alert, offer, actor=stranger) == "state"


@pytest.mark.parametrize("name", ["sysadmin", "secadmin", "auditor"])
def test_administrators_wait_for_nothing(offer, name):
    with pytest.raises(NotAllowed):
        actions.ask_alert(offer, actor=personas.make(name))


def test_switching_on_notifies_once_by_text_message_and_deletes_the_row(alert, offer, leader, stranger):
    stranger.phone = "+8615401234567"
    stranger.save()
    actions.switch_on_offer(offer, actor=leader)
    assert Delivery.objects.filter(notice=notices_to(stranger).get(), channel="sms").exists()
    assert not OfferAlert.objects.exists()
    actions.switch_off_offer(offer, actor=leader, reason="又出差")
    actions.switch_on_offer(offer, actor=leader)
    assert notices_to(stranger).count() == 1


def test_the_day_to_begin_again_notifies_once(alert, offer, leader, stranger, settings):
    until = clock.today() + dt.timedelta(days=9)
    actions.edit_offer(offer, actor=leader, off_until=until)
    settings.PORTAL_CLOCK = clock.at(until - dt.timedelta(days=1), dt.time(9))
    tasks.run_periodic()
    assert not notices_to(stranger).exists()
    settings.PORTAL_CLOCK = clock.at(until, dt.time(9))
    for _time in range(2):
        tasks.run_periodic()
    assert notices_to(stranger).count() == 1
    assert "又接单了" in notices_to(stranger).get().title


@pytest.mark.parametrize("how", ["end", "close"])
def test_what_is_off_the_list_is_notified_too(alert, offer, leader, district, stranger, how):
    if how == "end":
        actions.end_offer(offer, actor=leader)
    else:
        actions.close_team(offer.team, actor=district)
    assert "清单上没有这一项了" in notices_to(stranger).get().title
    assert not OfferAlert.objects.exists()


@pytest.mark.parametrize("name", personas.NAMES)
def test_nobody_else_reads_who_waits(offer, member, name):
    actions.ask_alert(offer, actor=member)
    assert OfferAlert.objects.visible_to(personas.make(name)).exists() == (name == "member")


def test_off_agrees_with_is_off(offer, leader):
    today = clock.today()
    for off_from, off_until in ((1, None), (0, None), (0, 1), (-3, 0), (-3, 1), (None, None)):
        days = {"off_from": off_from, "off_until": off_until}
        Offer.objects.filter(pk=offer.pk).update(
            **{name: None if days is None else today + dt.timedelta(days=days) for name, days in days.items()}
        )
        row = Offer.objects.get(pk=offer.pk)
        assert Offer.objects.off().filter(pk=row.pk).exists() == row.is_off


def test_the_page_of_the_team_offers_it_and_the_form_takes_it_back(offer, stranger, client, client_of):
    url = reverse("services:offer-alert", args=[offer.public_id])
    assert url in client.get(offer.team.get_absolute_url()).content.decode()
    browser = client_of(stranger)
    assert "导师出差" in browser.get(url).content.decode()
    assert browser.post(url).status_code == 302
    assert OfferAlert.objects.filter(user=stranger).exists()
    assert browser.post(url, {"do": "cancel"}).status_code == 302
    assert not OfferAlert.objects.exists()


def test_the_offer_of_a_hidden_team_is_not_found(offer, stranger, client_of):
    type(offer.team).objects.filter(pk=offer.team.pk).update(is_published=False)
    url = reverse("services:offer-alert", args=[offer.public_id])
    assert client_of(stranger).get(url).status_code == 404


def test_who_waits_for_an_offer_of_a_hidden_team_is_not_notified_until_it_is_public(alert, offer, leader, stranger):
    team = type(offer.team).objects.filter(pk=offer.team.pk)
    team.update(is_published=False)
    actions.switch_on_offer(offer, actor=leader)
    tasks.run_periodic()
    assert (notices_to(stranger).exists(), OfferAlert.objects.exists()) == (False, True)
    team.update(is_published=True)
    tasks.run_periodic()
    assert (notices_to(stranger).count(), OfferAlert.objects.exists()) == (1, False)


def test_nobody_is_notified_of_the_end_of_a_hidden_team(alert, offer, district, stranger):
    type(offer.team).objects.filter(pk=offer.team.pk).update(is_published=False)
    actions.close_team(type(offer.team).objects.get(pk=offer.team.pk), actor=district)
    assert (notices_to(stranger).exists(), OfferAlert.objects.exists()) == (False, False)
