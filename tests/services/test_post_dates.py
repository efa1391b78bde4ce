"""Posts in organizations, bases and teams are taken back on the day, ended with a reason, and their dates corrected."""

import datetime as dt

import pytest
from django.urls import reverse

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from members import erasure
from tests import personas

from .test_posts import DAY, EVERY, ORGANIZERS, appointed, refused

pytestmark = pytest.mark.django_db
ADMINS = {
    "secretary": "organizations_post",
    "base_manager": "bases_post",
    "leader": "services_post",
}


@pytest.fixture(autouse=True)
def somewhere(reference):
    """Create the code tables that every person needs."""


@pytest.fixture
def newcomer():
    return personas.person(account=personas.user("newcomer"), phone="+8615400006000")


def end(name, post, **options):
    options = {"actor": personas.make("district"), "reason": "选错了人", **options}
    return ORGANIZERS[name][1].end_post(post, **options)


def correct(name, post, starts, ends=None, **options):
    options = {"actor": personas.make("district"), "reason": "文件上是这一天", **options}
    return ORGANIZERS[name][1].correct_post(post, starts=starts, ends=ends, **options)


@EVERY
def test_a_post_of_today_is_taken_back_today(name, newcomer):
    post = end(name, appointed(name, newcomer))
    assert (post.ends, post.holds(clock.today())) == (post.starts, False)
    assert not any(access_scope(newcomer.user).posts.values())


@EVERY
def test_a_post_that_has_not_begun_is_taken_back(name, newcomer):
    post = end(name, appointed(name, newcomer, starts=clock.today() + 9 * DAY))
    assert post.ends == post.starts
    assert appointed(name, newcomer, starts=post.starts).pk != post.pk


@EVERY
def test_the_holder_reads_the_reason(name, newcomer):
    end(name, appointed(name, newcomer))
    assert "理由：选错了人" in Notice.objects.get(kind="accounts/post_ended").body


@EVERY
def test_without_a_reason_nothing_ends(name, newcomer):
    post = appointed(name, newcomer)
    assert refused(end, name, post, reason=" ") == "reason"
    post.refresh_from_db()
    assert post.ends is None


@EVERY
def test_dates_are_corrected_and_the_former_ones_stay_in_the_history(name, newcomer):
    post = appointed(name, newcomer)
    correct(name, post, clock.today() - 30 * DAY, clock.today() + DAY)
    event = post.history.order_by("pgh_id").last()
    assert (event.starts, event.ends) == (clock.today(), None)
    assert Entry.objects.get(verb="post.corrected").person == newcomer.public_id
    assert "文件上是这一天" in Notice.objects.get(kind="accounts/post_corrected").body


@EVERY
def test_a_correction_does_not_make_two_holders_on_one_day(name, newcomer):
    personas.make(name)
    post = appointed(name, newcomer)
    assert refused(correct, name, post, clock.today() - 30 * DAY) == "held"


@EVERY
def test_dates_in_the_wrong_order_are_refused(name, newcomer):
    post = appointed(name, newcomer)
    assert refused(correct, name, post, clock.today(), clock.today() - DAY) == "dates"


@EVERY
@pytest.mark.parametrize("who", ["liuting", "member", "stranger", "editor", "sysadmin"])
def test_others_correct_nothing(name, newcomer, who):
    post, actor = appointed(name, newcomer), personas.make(who)
    with pytest.raises(NotAllowed):
        correct(name, post, dt.date(2026, 1, 1), actor=actor)


@EVERY
def test_the_page_of_a_post_corrects_and_ends_it(name, newcomer, client_of, district):
    post, admin = appointed(name, newcomer), ADMINS[name]
    browser, page = client_of(district), reverse(f"admin:{admin}_change", args=[post.pk])
    missing = browser.post(page, {"starts": "2026-01-05", "ends": "", "reason": ""})
    assert (missing.status_code, list(missing.context["form"].errors)) == (400, ["reason"])
    browser.post(page, {"starts": "2026-01-05", "ends": "", "reason": "登记晚了"})
    post.refresh_from_db()
    assert (str(post.starts), post.reason) == ("2026-01-05", "登记晚了")
    browser.post(reverse(f"admin:{admin}_do", args=[post.pk, "end"]), {"reason": "换届"})
    post.refresh_from_db()
    assert (post.ends, post.reason) == (clock.today(), "换届")


@EVERY
def test_a_refused_end_leads_back_to_the_post_on_the_staff_site(name, newcomer, client_of, district):
    post = end(name, appointed(name, newcomer))
    url = reverse(f"admin:{ADMINS[name]}_do", args=[post.pk, "end"])
    answer = client_of(district).post(url, {"reason": ""}, HTTP_REFERER="http://testserver/")
    assert answer["Location"] == reverse(f"admin:{ADMINS[name]}_change", args=[post.pk])


@EVERY
def test_the_reasons_of_an_erased_person_are_deleted(name, newcomer):
    post = end(name, appointed(name, newcomer))
    erasure.erase(newcomer)
    post.refresh_from_db()
    assert (post.reason, post.history.count()) == ("", 0)


def test_an_action_error_names_its_field(newcomer):
    with pytest.raises(ActionError) as caught:
        correct("leader", appointed("leader", newcomer), clock.today(), clock.today() - DAY)
    assert caught.value.field == "ends"
