"""Requests when their author leaves the registry, and thirty days later (domain.md rule 12, P12)."""

import datetime as dt

import pytest
from django.urls import reverse

from chengyang import clock, extensions
from chengyang.errors import ActionError
from chengyang.platform.notices.models import Notice
from members import actions as members
from members import erasure
from services import actions
from services.models import Request
from tests import personas
from tests.personas import stepped_up

pytestmark = pytest.mark.django_db
HISTORY = Request._meta.get_field("history").related_model


def ask(user, title="劳务合同范本审阅"):
    return actions.submit_request(actor=user, title=title, text="家里的事")


@pytest.fixture
def asked(member):
    return ask(member)


@pytest.fixture
def answered(member, district):
    row = actions.answer_request(ask(member, "另一份合同"), actor=district, answer="看过了，见附言")
    return actions.rate_request(row, actor=member, solved=3, useful=2, words="多谢")


def after(days, settings):
    """Move the clock `days` days forward and run the periodic task of members."""
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(days=days)
    members.run_periodic()


def test_leaving_withdraws_open_requests(asked, answered, member):
    members.leave_registry(member.person, actor=member)
    assert list(Request.objects.order_by("pk").values_list("state", flat=True)) == ["withdrawn", "closed"]


@pytest.mark.parametrize(("days", "exists"), [(29, True), (31, False)])
def test_withdrawn_requests_are_deleted_after_thirty_days(asked, member, settings, days, exists):
    members.leave_registry(member.person, actor=member)
    after(days, settings)
    assert (Request.objects.exists(), HISTORY.objects.exists()) == (exists, exists)


def test_answered_requests_still_count_without_text_or_author(answered, member, settings):
    members.leave_registry(member.person, actor=member)
    after(31, settings)
    columns = ("author", "title", "text", "service", "answer", "useful", "rating_words", "query_code")
    assert Request.objects.values_list(*columns).get() == (None, "已删除", "", "", "已删除", None, "", "")
    assert extensions.metric("answered_requests").of() == 1


def test_the_history_is_deleted(answered, member, settings):
    members.leave_registry(member.person, actor=member)
    after(31, settings)
    assert not HISTORY.objects.exists()


def test_the_notices_are_deleted(asked, answered, member, leader, settings):
    actions.route_request(asked, actor=personas.make("district"), team=personas.team())
    actions.remind_handlers(Request.objects.get(pk=asked.pk), asked.due_on)
    members.leave_registry(member.person, actor=member)
    after(31, settings)
    assert not Notice.objects.filter(kind__startswith="services/").exists()


def test_an_erased_request_has_no_code(answered, client, member, settings):
    members.leave_registry(member.person, actor=member)
    after(31, settings)
    for code in ("", answered.query_code):
        with pytest.raises(ActionError):
            Request.objects.open_with(answered.number, code)


def test_requests_made_after_leaving_are_kept(member, settings):
    members.leave_registry(member.person, actor=member)
    after(20, settings)
    later = ask(member)
    after(11, settings)
    assert Request.objects.get() == later
    assert later.title == "劳务合同范本审阅"


def test_erasing_twice_changes_nothing_more(answered, member):
    for _time in range(2):
        actions.erase_requests(member.person)
    assert Request.objects.get().author is None


def test_the_page_for_leaving_describes_it(client_of, member):
    page = stepped_up(client_of(member)).get(reverse("members:data-leave")).content.decode()
    assert "还没答复的诉求立即撤回" in page


def test_requests_of_others_stay(asked, district, stranger):
    other = ask(stranger, "别人的")
    erasure.erase(asked.author.person)
    assert Request.objects.get() == other
