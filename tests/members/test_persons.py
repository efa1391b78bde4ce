"""Records that staff make, corrections, and reading a whole number (rules 1 and 12, requirements P11, P26)."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.accounts.models import User
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from chengyang.platform.privacy import actions as privacy
from members import actions
from members.metrics import _persons
from members.models import Person
from tests import personas

from . import factories

pytestmark = pytest.mark.django_db


def entered(officer, **changes):
    return actions.enter_person(factories.particulars(**changes), phone=factories.PHONE, actor=officer)


# ---- records that staff make -----------------------------------------------------------------------------------------
def test_a_record_stands_nowhere_until_its_person_confirms_it(rules, xiazhuang, district):
    entered(xiazhuang)
    assert not Person.objects.visible_to(district).exists()
    assert not Person.objects.active().exists()


def test_the_person_is_asked_at_the_number(rules, xiazhuang):
    entered(xiazhuang)
    asked = Notice.objects.get()
    assert (asked.user, asked.address, asked.url) == (None, factories.PHONE, "/join/confirm/")


def test_a_record_waits_thirty_days(rules, xiazhuang):
    assert entered(xiazhuang).confirm_by == clock.today() + dt.timedelta(days=30)


def test_an_officer_enters_only_persons_of_theirs(rules, liuting):
    with pytest.raises(NotAllowed):
        entered(liuting)
    assert not Person.objects.exists()


@pytest.mark.parametrize("state", ["unconfirmed", "active"])
def test_a_number_is_not_entered_twice(rules, xiazhuang, state):
    personas.person(phone=factories.PHONE, state=state, confirm_by=clock.today())
    with pytest.raises(ActionError) as caught:
        entered(xiazhuang)
    assert caught.value.code == "twice"


def test_nothing_is_told_of_persons_elsewhere(rules, liuting):
    personas.person(phone=factories.PHONE)
    area = factories.area("流亭街道")
    assert entered(liuting, subdistrict=area).state == "unconfirmed"


def test_who_proved_the_number_sees_the_record(rules, xiazhuang, stranger):
    person = entered(xiazhuang)
    owner = User.objects.create(phone=factories.PHONE)
    assert list(Person.objects.visible_to(owner)) == [person]
    assert not Person.objects.visible_to(stranger).exists()


def test_confirming_makes_it_a_person_with_consent(rules, xiazhuang):
    owner = User.objects.create(phone=factories.PHONE)
    person = actions.confirm_person(entered(xiazhuang), actor=owner)
    assert (person.state, person.user, person.confirm_by) == ("active", owner, None)
    assert privacy.holds(owner, "registration")


def test_nobody_else_confirms(rules, xiazhuang, stranger):
    person = entered(xiazhuang)
    with pytest.raises(NotAllowed):
        actions.confirm_person(person, actor=stranger)


def test_who_is_registered_confirms_no_second_record(rules, xiazhuang):
    owner = User.objects.create(phone=factories.PHONE)
    person = entered(xiazhuang)
    personas.person(account=owner)
    with pytest.raises(ActionError) as caught:
        actions.confirm_person(person, actor=owner)
    assert caught.value.code == "registered"


def test_who_left_and_confirms_a_record_takes_up_the_old_row(rules, xiazhuang):
    owner = User.objects.create(phone=factories.PHONE)
    old = personas.person("旧名", account=owner, state="left", left_on=clock.today())
    person = actions.confirm_person(entered(xiazhuang), actor=owner)
    assert (person.pk, person.name, person.state, person.left_on) == (old.pk, factories.TYPED["name"], "active", None)
    assert Person.objects.get() == person


def test_who_left_does_not_come_back_by_confirming_their_old_row(rules):
    owner = User.objects.create(phone=factories.PHONE)
    old = personas.person(account=owner, phone=factories.PHONE, state="left", left_on=clock.today())
    with pytest.raises(ActionError) as caught:
        actions.confirm_person(old, actor=owner)
    assert caught.value.code == "state"


def test_an_officer_does_not_enter_themself(rules, xiazhuang):
    xiazhuang.phone = factories.PHONE
    xiazhuang.save()
    with pytest.raises(ActionError) as caught:
        entered(xiazhuang)
    assert (caught.value.code, caught.value.field) == ("own", "phone")


def test_nobody_confirms_a_record_that_they_made(rules, xiazhuang):
    person = entered(xiazhuang)
    xiazhuang.phone = factories.PHONE
    xiazhuang.save()
    with pytest.raises(ActionError) as caught:
        actions.confirm_person(person, actor=xiazhuang)
    assert caught.value.code == "own"


def test_refusing_deletes_the_record_and_its_history(rules, xiazhuang):
    person = entered(xiazhuang)
    actions.refuse_record(person, actor=User.objects.create(phone=factories.PHONE))
    assert not Person.objects.filter(pk=person.pk).exists()
    assert not person.history.exists()


def test_a_record_needs_a_day_to_be_confirmed_by_in_the_database(reference):
    with pytest.raises(IntegrityError), transaction.atomic():
        personas.person(state="unconfirmed")


# ---- corrections -----------------------------------------------------------------------------------------------------
def test_a_correction_of_ones_own_counts_at_once_and_keeps_the_old(member):
    actions.edit_own_particulars(member.person, {"unit": "青岛新单位有限公司"}, actor=member)
    assert Person.objects.get(user=member).unit == "青岛新单位有限公司"
    assert member.person.history.get().unit == "青岛澄海文化传媒有限公司"


def test_nothing_changed_writes_nothing(member):
    actions.edit_own_particulars(member.person, member.person.particulars(), actor=member)
    assert not Entry.objects.exists()


def test_nobody_edits_for_somebody_else(member, stranger):
    with pytest.raises(NotAllowed):
        actions.edit_own_particulars(member.person, {"unit": "别处"}, actor=stranger)


def test_who_left_changes_nothing(member):
    Person.objects.filter(user=member).update(state="left", left_on=clock.today())
    with pytest.raises(ActionError) as caught:
        actions.edit_own_particulars(member.person, {"unit": "别处"}, actor=member)
    assert caught.value.code == "state"


def test_staff_correct_and_the_person_is_told_what(member, xiazhuang):
    actions.correct_person(member.person, {"name": "林知秋", "job": "律师"}, actor=xiazhuang)
    assert "姓名、做什么工作" in Notice.objects.get(user=member).body


def test_the_audit_of_a_correction_names_fields_only(member, xiazhuang):
    actions.correct_person(member.person, {"name": "林知秋"}, actor=xiazhuang)
    entry = Entry.objects.get(verb="person.updated")
    assert (entry.fields, entry.reason) == (["name"], "correction")


def test_the_number_to_reach_follows_the_account(rules):
    owner = factories.applicant()
    person = personas.person(account=owner, phone="+8615400000009")
    actions.adopt_number(person, actor=owner)
    assert Person.objects.search("7000").get().phone == factories.PHONE


def test_an_account_without_a_number_gives_none(member):
    with pytest.raises(ActionError) as caught:
        actions.adopt_number(member.person, actor=member)
    assert caught.value.code == "no_number"


# ---- reading ---------------------------------------------------------------------------------------------------------
def test_a_whole_number_is_read_for_a_reason_that_is_written_down(rules, xiazhuang):
    person = personas.person(phone=factories.PHONE)
    assert actions.read_number(person, "contact", actor=xiazhuang) == factories.PHONE
    entry = Entry.objects.get(verb="person.read")
    assert (entry.person, entry.fields, entry.reason) == (person.public_id, ["phone"], "contact")


@pytest.mark.parametrize("reason", ["", "curious"])
def test_without_a_reason_of_the_list_it_is_not(rules, xiazhuang, reason):
    with pytest.raises(ActionError) as caught:
        actions.read_number(personas.person(phone=factories.PHONE), reason, actor=xiazhuang)
    assert caught.value.code == "reason"
    assert not Entry.objects.exists()


@pytest.mark.parametrize("name", ["liuting", "leader", "base_manager", "sysadmin", "stranger"])
def test_others_do_not_read_it(rules, name):
    person = personas.person(phone=factories.PHONE)
    with pytest.raises(NotAllowed):
        actions.read_number(person, "contact", actor=personas.make(name))


def test_the_number_of_an_applicant_is_that_of_the_account(applicant, xiazhuang):
    row = factories.in_state(applicant, "submitted")
    assert actions.read_number(row, "review", actor=xiazhuang) == factories.PHONE
    assert Entry.objects.get().user == applicant.public_id


# ---- seeing and finding ----------------------------------------------------------------------------------------------
SEEN = {
    "district": {"here", "there"},
    "xiazhuang": {"here"},
    "liuting": {"there"},
    "secretary": {"member", "secretary"},
    "leader": {"leader"},
    "member": {"member"},
    "base_manager": {"base_manager"},
    "editor": set(),
    "sysadmin": set(),
    "auditor": set(),
    "stranger": set(),
    "visitor": set(),
}


@pytest.mark.parametrize("name", SEEN)
def test_who_sees_whom(rules, name):
    people = {"here": personas.person("张三"), "there": personas.person("李四", subdistrict=factories.area("流亭街道"))}
    personas.person("王五", state="unconfirmed", confirm_by=clock.today())
    personas.person("赵六", state="left", left_on=clock.today())
    for role in personas.PEOPLE:
        people[role] = personas.make(role).person
    user = personas.visitor() if name == "visitor" else personas.make(name)
    shown = {key for key, person in people.items() if Person.objects.visible_to(user).filter(pk=person.pk).exists()}
    everybody = {"here", *personas.PEOPLE}
    assert shown == SEEN[name] | (everybody if name in ("district", "xiazhuang") else set())


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("曾国藩", "曾"),
        ("曾国藩", "国藩"),
        ("曾国藩", "zengguofan"),
        ("曾国藩", "zgf"),
        ("单雄信", "shan"),
        ("单雄信", "sxx"),
        ("艾合买提·买买提", "艾合买提·买买提"),
        ("艾合买提·买买提", "买买提"),
        ("艾合买提·买买提", "aihemaiti"),
        ("王㻛", "㻛"),
        ("周予安", "7000"),
        ("周予安", "154 0000 7000"),
        ("周予安", ""),
    ],
)
def test_a_person_is_found_as_people_type(reference, name, typed):
    personas.person("欧阳修", phone="+8615400001111")
    person = personas.person(name, phone=factories.PHONE)
    assert person in Person.objects.search(typed)
    assert typed == "" or Person.objects.search(typed).count() == 1


@pytest.mark.parametrize("typed", ["李四", "zzz", "9999", "%", "'", "\\", "15400001112"])
def test_who_is_not_meant_is_not_found(reference, typed):
    personas.person("周予安", phone=factories.PHONE)
    assert not Person.objects.search(typed).exists()


def test_the_measure_counts_who_was_registered_on_the_last_day(reference):
    day = dt.date(2023, 6, 1)
    personas.person("甲", registered_on=day)
    personas.person("乙", registered_on=day, state="left", left_on=dt.date(2024, 1, 1))
    personas.person("丙", registered_on=day, state="unconfirmed", confirm_by=day)
    period = type("P", (), {"ends": dt.date(2024, 1, 1)})
    assert {person.name for person in _persons(None, period)} == {"甲", "乙"}
