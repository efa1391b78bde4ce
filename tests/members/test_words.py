"""What pages of joining say and ask: nothing that the portal does not do, and the way on (requirements P01, P03)."""

import re

import pytest
from django.conf import settings

from activities.models import Signup
from chengyang.lib.chinese.quotes import quoted
from chengyang.platform.notices import actions as notices
from chengyang.platform.privacy.models import Purpose
from chengyang.platform.privacy.purposes import OPTIONAL
from members import actions
from tests import personas
from tests.activities.factories import published

from . import factories

pytestmark = pytest.mark.django_db


def text(answer):
    return answer.content.decode()


def test_no_consent_is_asked_for_invitations(application, client_of):
    Purpose.objects.create(code="invitations", name="活动邀请", text="x", categories="x", retention="x")
    browser = client_of(application.user)
    assert "活动邀请" not in text(browser.get("/join/check/"))
    assert "活动邀请" not in text(browser.get("/privacy/"))
    assert "consents/invitations/" not in text(browser.get("/me/data/"))
    assert OPTIONAL == ("publication", "roll")


def test_a_former_consent_is_not_asked_again_under_new_rules(applicant):
    from chengyang.platform.privacy import actions as privacy

    Purpose.objects.create(code="invitations", name="活动邀请", text="x", categories="x", retention="x")
    factories.consent(applicant, "invitations")
    privacy.publish_policy("第二条\n", actor=None)
    assert [row.purpose.code for row in privacy.to_confirm(applicant)] == ["registration"]


def test_reviewers_do_not_read_skills_and_wishes(applicant, xiazhuang, client_of):
    row = factories.in_state(applicant, "submitted")
    page = text(client_of(xiazhuang).get(f"/manage/decide/application-first/{row.public_id}/"))
    assert row.unit in page
    assert "助学助困" not in page
    assert "认识同行" not in page


def test_nobody_is_asked_to_propose(application, client_of, client):
    assert "提建议" not in text(client_of(application.user).get("/join/about/"))
    assert "提建议" not in text(client.get("/"))


def test_home_does_not_invite_a_registered_member(rules, member, stranger, client_of):
    invited = [("现在加入" in text(client_of(user).get("/"))) for user in (member, stranger)]
    assert invited == [False, True]


def test_the_wish_to_join_an_organization_is_remembered(rules, stranger, district, district_2, client_of):
    organization = personas.organization()
    browser = client_of(stranger)
    answer = browser.get(f"/organizations/{organization.slug}/apply/", follow=True)
    assert f"先入册，再加入“{organization.name}”" in text(answer)
    row = factories.in_state(stranger, "approved", first=district, second=district_2)
    assert f'href="/organizations/{organization.slug}/apply/"' in text(browser.get(row.get_absolute_url()))


def test_the_status_page_leads_to_me(applicant, client_of):
    row = factories.in_state(applicant, "submitted")
    assert "回到“我的”" in text(client_of(applicant).get(row.get_absolute_url()))


def test_the_confirm_page_says_what_is_stored(rules, xiazhuang, client_of):
    actions.enter_person(factories.details(), phone=factories.PHONE, actor=xiazhuang)
    answer = client_of(factories.User.objects.create(phone=factories.PHONE)).post("/join/confirm/", {"do": "confirm"})
    assert "我们什么都不会保存" not in text(answer)
    assert "不是我，或不同意，删掉”。" in text(answer)


def test_quotation_marks_are_not_doubled():
    assert quoted("“夏新连心”服务队") == "“‘夏新连心’服务队”"


def test_withdrawing_on_the_page_of_data_stays_there(rules, member, client_of):
    from chengyang.platform.privacy import actions as privacy

    for code in ("registration", "publication"):
        factories.consent(member, code)
    privacy.publish_policy("第二条\n", actor=None)
    page = "/me/data/consents/publication/"
    assert client_of(member).post(page, {"do": "withdraw"})["Location"] == "/me/data/"


def test_answering_on_the_page_of_the_rules_goes_on_there(rules, member, client_of):
    from chengyang.platform.privacy import actions as privacy

    for code in ("registration", "publication"):
        factories.consent(member, code)
    privacy.publish_policy("第二条\n", actor=None)
    page = "/me/data/consents/publication/"
    assert client_of(member).post(page, {"do": "give", "rules": "yes"})["Location"] == "/me/data/rules/"


def test_the_rules_and_the_page_of_leaving_give_the_same_time(rules, member, client_of):
    from tests.personas import stepped_up

    text_of_rules = (settings.BASE_DIR / "chengyang/platform/privacy/texts/rules_1.txt").read_text()
    page = text(stepped_up(client_of(member)).get("/me/data/leave/"))
    assert ("30 天后" in text_of_rules, "30 天内删除" in text_of_rules, "30 天后" in page) == (True, False, True)


def test_times_on_me_have_the_weekday_and_no_hyphens(rules, member, client_of):
    activity = published(title="采摘")
    Signup.objects.create(activity=activity, person=member.person, position=1)
    notices.notify(member, "members/approved", url="/me/", application=factories.in_state(member, "submitted"))
    for page in ("/me/", "/me/activities/", "/me/notices/"):
        words = re.sub(r"<[^>]+>", " ", text(client_of(member).get(page)))
        assert not re.search(r"\d{4}-\d\d-\d\d", words), page
        assert re.search(r"\d+月\d+日 周.", words), page
