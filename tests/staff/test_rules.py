"""The privacy rules: one officer proposes, sees the difference; another one publishes or returns (requirements P02)."""

import pytest
from django.db import IntegrityError, transaction

from chengyang.errors import ActionError, NotAllowed
from chengyang.extensions import todo_kind
from chengyang.platform.notices.models import Notice
from chengyang.platform.privacy.models import PolicyVersion
from chengyang.platform.staff import rules_actions as actions
from chengyang.platform.staff.models import RulesDraft
from tests import personas
from tests.staff_pages import decide

pytestmark = pytest.mark.django_db
ADD = "/manage/staff/rulesdraft/add/"


@pytest.fixture
def rules(reference):
    return PolicyVersion.objects.create(version=1, text="## 一、总则\n第一版\n")


@pytest.fixture
def draft(rules, district):
    return actions.propose_rules("## 一、总则\n第二版\n", actor=district)


def url_of(draft):
    return todo_kind("privacy-rules").url(draft)


def code_of(call, *args, **options):
    with pytest.raises(ActionError) as refused:
        call(*args, **options)
    return refused.value.code


def test_saving_publishes_nothing_and_shows_the_difference(client_of, district, rules):
    browser = client_of(district)
    assert "第一版" in browser.get(ADD).content.decode()
    page = browser.post(ADD, {"text": "## 一、总则\n第二版"}, follow=True).content.decode()
    assert PolicyVersion.objects.current() == rules
    assert "第一版</del>" in page
    assert "第二版</ins>" in page


def test_a_second_officer_publishes(client_of, draft, district_2):
    page = client_of(district_2).get(url_of(draft)).content.decode()
    assert "第一版</del>" in page
    decide(client_of(district_2), url_of(draft), {"choice": "publish"})
    draft.refresh_from_db()
    current = PolicyVersion.objects.current()
    assert (current.version, current.text, draft.state, draft.decided_by) == (2, draft.text, "published", district_2)


def test_the_author_does_not_publish(client_of, draft, district):
    assert decide(client_of(district), url_of(draft), {"choice": "publish"}).status_code == 403
    with pytest.raises(NotAllowed):
        actions.publish_draft(draft, actor=district)
    assert PolicyVersion.objects.count() == 1


def test_the_database_refuses_one_officer_for_both(draft, district):
    with pytest.raises(IntegrityError), transaction.atomic():
        RulesDraft.objects.update(decided_by=district)


@pytest.mark.parametrize("name", [name for name in personas.NAMES if not name.startswith("district")])
def test_only_the_district_proposes_and_publishes(draft, name):
    user = personas.make(name)
    for call in (lambda: actions.propose_rules("第三版", actor=user), lambda: actions.publish_draft(draft, actor=user)):
        with pytest.raises(NotAllowed):
            call()


def test_it_waits_for_others_than_its_author(draft, district, district_2):
    kind = todo_kind("privacy-rules")
    assert [list(kind.waiting(user)) for user in (district, district_2)] == [[], [draft]]


def test_unchanged_rules_are_refused_and_the_text_remains(client_of, district, rules):
    answer = client_of(district).post(ADD, {"text": rules.text})
    assert answer.status_code == 409
    assert "内容和现行规则相同，没有发布。" in answer.content.decode()


def test_one_draft_waits_at_a_time(draft, district_2):
    assert code_of(actions.propose_rules, "第三版", actor=district_2) == "waiting"


def test_the_author_revises_and_withdraws(client_of, draft, district, district_2):
    url = f"/manage/staff/rulesdraft/{draft.pk}/"
    assert client_of(district_2).post(f"{url}change/", {"text": "别的"}).status_code == 403
    client_of(district).post(f"{url}change/", {"text": "第二版，改过"})
    draft.refresh_from_db()
    assert draft.text == "第二版，改过"
    client_of(district).post(f"{url}do/withdraw/")
    draft.refresh_from_db()
    assert draft.state == "withdrawn"


def test_a_text_that_was_revised_in_the_meantime_is_not_published(client_of, draft, district, district_2):
    browser = client_of(district_2)
    version = browser.get(url_of(draft)).context["page"].version
    actions.revise_draft(draft, "偷偷改过的", actor=district)
    assert browser.post(url_of(draft), {"version": version, "choice": "publish"}).status_code == 409
    assert PolicyVersion.objects.count() == 1


def test_the_author_reads_why_it_was_returned(draft, district, district_2):
    assert code_of(actions.return_draft, draft, reason="", actor=district_2) == "reason"
    actions.return_draft(draft, reason="第三条漏了保存期限", actor=district_2)
    assert "第三条漏了保存期限" in Notice.objects.get(user=district).body


def test_a_draft_of_an_older_version_is_not_published(draft, district_2):
    PolicyVersion.objects.create(version=2, text="另外发布的")
    assert code_of(actions.publish_draft, draft, actor=district_2) == "outdated"


def test_a_published_version_is_shown_as_it_is_read(client_of, district, rules):
    page = client_of(district).get(f"/manage/privacy/policyversion/{rules.pk}/change/").content.decode()
    assert "<b>一、总则</b>" in page
    assert "##" not in page
