"""更正申请: a changed name or category is decided by staff, everything else changes at once (requirements P11, M01)."""

import datetime as dt
import threading

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from chengyang import clock, extensions
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.accounts.models import User
from chengyang.platform.files.models import File
from chengyang.platform.notices.models import Notice
from members import actions
from members.models import Correction, Person
from organizations.models import Post
from tests import personas
from tests.files.conftest import PDF
from tests.staff_pages import decide

from . import factories

pytestmark = pytest.mark.django_db
EDIT, DATA = "/me/data/edit/", "/me/data/"
MONDAY = dt.datetime(2026, 11, 23, 1, 0, tzinfo=dt.UTC)  # 09:00 in Qingdao
NEW = "区委王书记"
WHY = "户口本上改了"


def text(answer):
    return answer.content.decode()


def refusal(call, *args, **options):
    with pytest.raises(ActionError) as caught:
        call(*args, **options)
    return caught.value.code


def ask(member, **data):
    return actions.edit_own_details(member.person, data, actor=member, reason=WHY)


@pytest.fixture
def correction(rules, member):
    return ask(member, name=NEW)[0]


@pytest.fixture
def chair(rules, member):
    """The member as the chair of an organization, whose name is public."""
    Post.objects.create(
        person=member.person,
        organization=personas.organization(),
        kind="chair",
        starts=personas.STARTED,
        is_public=True,
    )
    return member


# ---- asking ----------------------------------------------------------------------------------------------------------
def test_a_new_name_waits_and_the_old_one_stays_in_public(chair, client_of, client):
    client_of(chair).post(EDIT, {**factories.TYPED, "name": NEW, "reason": WHY})
    page = text(client.get("/organizations/xiazhuang/"))
    assert ("林知夏" in page, NEW in page) == (True, False)
    assert [(row.field, row.old, row.new) for row in Correction.objects.filter(field="name")] == [
        ("name", "林知夏", NEW)
    ]


def test_category_waits_and_the_rest_changes_at_once(rules, member):
    rows = ask(member, **factories.details(name="林知夏"))
    person = Person.objects.get(user=member)
    assert [(row.field, row.old_text, row.new_text) for row in rows] == [
        ("category", "民营企业和外商投资企业管理技术人员", "新媒体从业人员")
    ]
    assert (person.category.code, person.unit, person.job, person.can) == (
        "enterprise",
        factories.TYPED["unit"],
        factories.TYPED["job"],
        factories.TYPED["can"],
    )


def test_it_is_due_in_five_working_days(rules, member):
    with time_machine.travel(MONDAY, tick=False):
        assert ask(member, name=NEW)[0].due_on == dt.date(2026, 11, 30)


def test_it_needs_a_reason(rules, member):
    assert refusal(actions.edit_own_details, member.person, {"name": NEW}, actor=member, reason=" ") == "reason"


def test_refused_form_keeps_what_was_typed(rules, member, client_of):
    answer = client_of(member).post(EDIT, {**factories.TYPED, "name": NEW})
    assert answer.status_code == 409
    assert f'value="{NEW}"' in text(answer)
    assert Person.objects.get(user=member).job == ""


def test_asking_the_same_again_is_one_correction(correction, member):
    assert ask(member, name=NEW) == [correction]
    assert refusal(ask, member, name="王书记") == "pending"


def test_evidence_is_for_its_staff(rules, member, xiazhuang, liuting, client_of):
    picture = SimpleUploadedFile("户口本.pdf", PDF)
    client_of(member).post(EDIT, {**factories.TYPED, "name": NEW, "reason": WHY, "file": picture})
    file = File.objects.first()
    answers = [client_of(user).get(file.get_absolute_url()) for user in (xiazhuang, liuting)]
    for answer in answers:
        answer.close()
    assert [answer.status_code for answer in answers] == [200, 404]


def test_the_page_says_what_waits_and_withdraws_it(correction, member, client_of):
    browser = client_of(member)
    assert f"林知夏 → {NEW}" in text(browser.get(DATA))
    browser.post(f"/me/data/corrections/{correction.public_id}/withdraw/")
    correction.refresh_from_db()
    assert correction.state == "withdrawn"


def test_a_correction_is_withdrawn_by_its_person_only(correction, district, stranger, client_of):
    with pytest.raises(NotAllowed):
        actions.withdraw_correction(correction, actor=district)
    assert client_of(stranger).post(f"/me/data/corrections/{correction.public_id}/withdraw/").status_code == 404


# ---- deciding --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", [*personas.NAMES, "visitor"])
def test_it_waits_for_the_staff_of_the_scope(correction, name):
    user = personas.visitor() if name == "visitor" else personas.make(name)
    waiting = list(extensions.todo_kind("correction").waiting(user))
    assert bool(waiting) == (name in ("xiazhuang", "district", "district_2"))


def test_accepting_changes_the_name_everywhere(correction, chair, xiazhuang, client):
    actions.accept_correction(correction, actor=xiazhuang)
    assert NEW in text(client.get("/organizations/xiazhuang/"))
    assert Person.objects.search("quweiwangshuji").get().user == chair
    assert User.objects.get(pk=chair.pk).name == NEW
    assert Notice.objects.filter(user=chair, kind="members/correction_accepted").exists()


def test_accepting_changes_the_category(rules, member, district):
    row = ask(member, category=factories.details()["category"])[0]
    actions.accept_correction(row, actor=district)
    assert Person.objects.get(user=member).category.code == "new_media"


def test_refusing_keeps_the_value_and_the_person_reads_why(correction, member, xiazhuang, client_of):
    actions.refuse_correction(correction, actor=xiazhuang, reason="请附户口本")
    assert Person.objects.get(user=member).name == "林知夏"
    assert "请附户口本" in Notice.objects.get(user=member, kind="members/correction_refused").body
    assert "请附户口本" in text(client_of(member).get(DATA))


def test_refusing_needs_a_reason(correction, xiazhuang):
    assert refusal(actions.refuse_correction, correction, actor=xiazhuang, reason="") == "reason"


@pytest.mark.parametrize("name", ["liuting", "secretary", "stranger", "member"])
def test_others_do_not_decide(correction, name):
    with pytest.raises(NotAllowed):
        actions.accept_correction(correction, actor=personas.make(name))


def test_nobody_decides_their_own(rules, xiazhuang, client_of):
    personas.person("王小二", account=xiazhuang)
    row = actions.edit_own_details(xiazhuang.person, {"name": NEW}, actor=xiazhuang, reason=WHY)[0]
    with pytest.raises(NotAllowed):
        actions.accept_correction(row, actor=xiazhuang)
    page = extensions.todo_kind("correction").url(row)
    assert client_of(xiazhuang).get(page).status_code == 404


def test_it_is_decided_once(correction, xiazhuang, district):
    actions.refuse_correction(correction, actor=xiazhuang, reason="请附材料")
    assert refusal(actions.accept_correction, correction, actor=district) == "state"


def test_the_decision_page_shows_both_values(correction, xiazhuang, client_of):
    kind = extensions.todo_kind("correction")
    page = text(client_of(xiazhuang).get(kind.url(correction)))
    assert "林知夏" in page
    assert NEW in page
    answer = decide(client_of(xiazhuang), kind.url(correction), {"choice": "accept", "reason": ""})
    assert (answer.status_code, Person.objects.get(pk=correction.person_id).name) == (302, NEW)


# ---- the name of the account, leaving --------------------------------------------------------------------------------
def test_staff_corrections_reach_the_account(rules, member, xiazhuang):
    actions.correct_person(member.person, {"name": NEW}, actor=xiazhuang)
    assert User.objects.get(pk=member.pk).name == NEW


def test_erasure_clears_the_name_of_the_account(correction, member, xiazhuang):
    actions.accept_correction(correction, actor=xiazhuang)
    User.objects.filter(pk=member.pk).update(name="林知夏")  # as accounts were before the names followed
    actions.leave_registry(Person.objects.get(user=member), actor=member)
    Person.objects.update(left_on=clock.today() - dt.timedelta(days=30))
    actions.run_periodic()
    assert User.objects.get(pk=member.pk).name == ""
    assert not Correction.objects.exists()


def test_erasure_keeps_the_name_of_an_officers_account(rules, xiazhuang):
    person = personas.person("王小二", account=xiazhuang, state="left", left_on=clock.today() - dt.timedelta(days=30))
    actions.erase_person(person)
    assert User.objects.get(pk=xiazhuang.pk).name == "xiazhuang"


def test_leaving_withdraws_it(correction, member, district):
    actions.leave_registry(member.person, actor=member)
    correction.refresh_from_db()
    assert correction.state == "withdrawn"
    assert not Correction.objects.visible_to(district).exists()


# ---- subdistricts ----------------------------------------------------------------------------------------------------
def test_a_new_subdistrict_notifies_both(rules, member, xiazhuang, liuting, district):
    actions.edit_own_details(member.person, {"subdistrict": factories.area("流亭街道")}, actor=member)
    notices = Notice.objects.filter(kind="members/moved")
    assert {notice.user for notice in notices} == {xiazhuang, liuting}
    assert "从夏庄街道转到流亭街道" in notices[0].body


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_are_one_correction(rules, member):
    def send():
        try:
            ask(User.objects.get(pk=member.pk), name=NEW)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Correction.objects.count() == 1
