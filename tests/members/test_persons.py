"""Records made by staff, corrections, and reading full phone numbers (rules 1 and 12, requirements P11, P26)."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.extensions import Period
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
    return actions.enter_person(factories.details(**changes), phone=factories.PHONE, actor=officer)


# ---- records made by staff -------------------------------------------------------------------------------------------
def test_unconfirmed_record_is_in_no_list(rules, xiazhuang, district):
    entered(xiazhuang)
    assert not Person.objects.visible_to(district).exists()
    assert not Person.objects.active().exists()


def test_person_is_asked_by_message_to_confirm(rules, xiazhuang):
    entered(xiazhuang)
    asked = Notice.objects.get()
    assert (asked.user, asked.address, asked.url) == (None, factories.PHONE, "/join/confirm/")


def test_record_can_be_confirmed_for_thirty_days(rules, xiazhuang):
    assert entered(xiazhuang).confirm_by == clock.today() + dt.timedelta(days=30)


def test_officer_enters_persons_in_scope_only(rules, liuting):
    with pytest.raises(NotAllowed):
        entered(liuting)
    assert not Person.objects.exists()


@pytest.mark.parametrize("state", ["unconfirmed", "active"])
def test_a_number_is_not_entered_twice(rules, xiazhuang, state):
    personas.person(phone=factories.PHONE, state=state, confirm_by=clock.today())
    with pytest.raises(ActionError) as caught:
        entered(xiazhuang)
    assert caught.value.code == "twice"


def test_number_out_of_scope_is_not_revealed_as_registered(rules, liuting):
    personas.person(phone=factories.PHONE)
    area = factories.area("流亭街道")
    assert entered(liuting, subdistrict=area).state == "unconfirmed"


def test_account_with_the_number_sees_the_record(rules, xiazhuang, stranger):
    person = entered(xiazhuang)
    owner = User.objects.create(phone=factories.PHONE)
    assert list(Person.objects.visible_to(owner)) == [person]
    assert not Person.objects.visible_to(stranger).exists()


def test_confirming_registers_the_person_with_consent(rules, xiazhuang):
    owner = User.objects.create(phone=factories.PHONE)
    person = actions.confirm_person(entered(xiazhuang), actor=owner)
    assert (person.state, person.user, person.confirm_by) == ("active", owner, None)
    assert privacy.holds(owner, "registration")


def test_record_is_not_confirmed_by_others(rules, xiazhuang, stranger):
    person = entered(xiazhuang)
    with pytest.raises(NotAllowed):
        actions.confirm_person(person, actor=stranger)


def test_registered_person_does_not_confirm_second_record(rules, xiazhuang):
    owner = User.objects.create(phone=factories.PHONE)
    person = entered(xiazhuang)
    personas.person(account=owner)
    with pytest.raises(ActionError) as caught:
        actions.confirm_person(person, actor=owner)
    assert caught.value.code == "registered"


def test_confirming_after_leaving_uses_the_old_row(rules, xiazhuang):
    owner = User.objects.create(phone=factories.PHONE)
    old = personas.person("旧名", account=owner, state="left", left_on=clock.today())
    person = actions.confirm_person(entered(xiazhuang), actor=owner)
    assert (person.pk, person.name, person.state, person.left_on) == (old.pk, factories.TYPED["name"], "active", None)
    assert Person.objects.get() == person


def test_row_of_person_who_left_is_not_confirmed(rules):
    owner = User.objects.create(phone=factories.PHONE)
    old = personas.person(account=owner, phone=factories.PHONE, state="left", left_on=clock.today())
    with pytest.raises(ActionError) as caught:
        actions.confirm_person(old, actor=owner)
    assert caught.value.code == "state"


def test_officer_does_not_enter_themself(rules, xiazhuang):
    xiazhuang.phone = factories.PHONE
    xiazhuang.save()
    with pytest.raises(ActionError) as caught:
        entered(xiazhuang)
    assert (caught.value.code, caught.value.field) == ("own", "phone")


def test_officer_does_not_confirm_own_record(rules, xiazhuang):
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


def test_database_requires_confirm_by_of_unconfirmed_record(reference):
    with pytest.raises(IntegrityError), transaction.atomic():
        personas.person(state="unconfirmed")


# ---- corrections -----------------------------------------------------------------------------------------------------
def test_own_correction_is_effective_and_history_stores_former_value(member):
    actions.edit_own_details(member.person, {"unit": "青岛新单位有限公司"}, actor=member)
    assert Person.objects.get(user=member).unit == "青岛新单位有限公司"
    assert member.person.history.get().unit == "青岛澄海文化传媒有限公司"


def test_nothing_changed_writes_nothing(member):
    actions.edit_own_details(member.person, member.person.registration_details(), actor=member)
    assert not Entry.objects.exists()


def test_person_is_not_edited_by_others(member, stranger):
    with pytest.raises(NotAllowed):
        actions.edit_own_details(member.person, {"unit": "别处"}, actor=stranger)


def test_person_who_left_is_not_edited(member):
    Person.objects.filter(user=member).update(state="left", left_on=clock.today())
    with pytest.raises(ActionError) as caught:
        actions.edit_own_details(member.person, {"unit": "别处"}, actor=member)
    assert caught.value.code == "state"


def test_correction_by_staff_notifies_the_person_of_the_fields(member, xiazhuang):
    actions.correct_person(member.person, {"name": "林知秋", "job": "律师"}, actor=xiazhuang)
    assert "姓名、做什么工作" in Notice.objects.get(user=member).body


def test_audit_of_correction_names_fields_only(member, xiazhuang):
    actions.correct_person(member.person, {"name": "林知秋"}, actor=xiazhuang)
    entry = Entry.objects.get(verb="person.updated")
    assert (entry.fields, entry.reason) == (["name"], "correction")


def test_contact_number_follows_the_account(rules):
    owner = factories.applicant()
    person = personas.person(account=owner, phone="+8615400000009")
    actions.adopt_number(person, actor=owner)
    assert Person.objects.search("7000").get().phone == factories.PHONE


def test_account_without_number_is_refused(member):
    with pytest.raises(ActionError) as caught:
        actions.adopt_number(member.person, actor=member)
    assert caught.value.code == "no_number"


# ---- reading a number ------------------------------------------------------------------------------------------------
def test_reading_a_full_number_records_the_reason(rules, xiazhuang):
    person = personas.person(phone=factories.PHONE)
    assert actions.read_number(person, "contact", actor=xiazhuang) == factories.PHONE
    entry = Entry.objects.get(verb="person.read")
    assert (entry.person, entry.fields, entry.reason) == (person.public_id, ["phone"], "contact")


@pytest.mark.parametrize("reason", ["", "curious"])
def test_full_number_is_not_read_without_listed_reason(rules, xiazhuang, reason):
    with pytest.raises(ActionError) as caught:
        actions.read_number(personas.person(phone=factories.PHONE), reason, actor=xiazhuang)
    assert caught.value.code == "reason"
    assert not Entry.objects.exists()


@pytest.mark.parametrize("name", ["liuting", "leader", "base_manager", "sysadmin", "stranger"])
def test_full_number_is_not_read_by_others(rules, name):
    person = personas.person(phone=factories.PHONE)
    with pytest.raises(NotAllowed):
        actions.read_number(person, "contact", actor=personas.make(name))


def test_full_number_of_applicant_is_that_of_the_account(applicant, xiazhuang):
    row = factories.in_state(applicant, "submitted")
    assert actions.read_number(row, "review", actor=xiazhuang) == factories.PHONE
    assert Entry.objects.get().user == applicant.public_id


@pytest.mark.parametrize(("readings", "alarms"), [(29, 0), (30, 1), (32, 1)])
def test_many_full_numbers_read_by_one_officer_are_an_alarm_once_a_day(rules, xiazhuang, secadmin, readings, alarms):
    person = personas.person(phone=factories.PHONE)
    for _ in range(readings):
        actions.read_number(person, "contact", actor=xiazhuang)
    assert Notice.objects.filter(user=secadmin, kind="accounts/alarm_numbers_read").count() == alarms


@pytest.mark.parametrize(
    ("name", "refusals", "alarms"), [("liuting", 9, 0), ("liuting", 10, 1), ("liuting", 12, 1), ("stranger", 12, 0)]
)
def test_many_refused_readings_of_an_officer_are_an_alarm(rules, secadmin, name, refusals, alarms):
    person, actor = personas.person(phone=factories.PHONE), personas.make(name)
    for _ in range(refusals):
        with pytest.raises(NotAllowed):
            actions.read_number(person, "contact", actor=actor)
    assert Notice.objects.filter(user=secadmin, kind="accounts/alarm_numbers_refused").count() == alarms


def test_readings_of_different_days_are_not_added_up(rules, xiazhuang, secadmin, settings):
    person = personas.person(phone=factories.PHONE)
    for days in range(2):
        settings.PORTAL_CLOCK = clock.now() + dt.timedelta(days=days)
        for _ in range(20):
            actions.read_number(person, "contact", actor=xiazhuang)
    assert not Notice.objects.filter(kind="accounts/alarm_numbers_read").exists()


# ---- visibility and search -------------------------------------------------------------------------------------------
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
def test_visible_persons(rules, name):
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
def test_person_is_found_by_name_pinyin_and_number(reference, name, typed):
    personas.person("欧阳修", phone="+8615400001111")
    person = personas.person(name, phone=factories.PHONE)
    assert person in Person.objects.search(typed)
    assert typed == "" or Person.objects.search(typed).count() == 1


@pytest.mark.parametrize("typed", ["李四", "zzz", "9999", "%", "'", "\\", "15400001112"])
def test_search_without_match(reference, typed):
    personas.person("周予安", phone=factories.PHONE)
    assert not Person.objects.search(typed).exists()


def test_metric_counts_persons_registered_on_the_last_day(reference):
    day = dt.date(2023, 6, 1)
    personas.person("甲", registered_on=day)
    personas.person("乙", registered_on=day, state="left", left_on=dt.date(2024, 1, 1))
    personas.person("丙", registered_on=day, state="unconfirmed", confirm_by=day)
    assert {person.name for person in _persons(None, Period(ends=dt.date(2024, 1, 1)))} == {"甲", "乙"}


@pytest.mark.parametrize("typed", ["澄海", "澄海文化传媒", "海文", "青岛澄海文化传媒有限公司"])
def test_a_person_is_found_by_two_characters_of_the_work_unit(reference, typed):
    person = personas.person("周予安")
    personas.person("周予宁", unit="青岛静海律师事务所")
    assert list(Person.objects.search(typed)) == [person]


def test_one_character_finds_names_only(reference):
    personas.person("周予安")
    assert not Person.objects.search("澄").exists()


def test_a_person_is_found_by_the_corrected_work_unit(rules, member, xiazhuang):
    actions.correct_person(member.person, {"unit": "青岛静海律师事务所"}, actor=xiazhuang)
    assert list(Person.objects.search("静海律师")) == [member.person]
    assert not Person.objects.search("澄海文化").exists()


def test_possible_duplicates_have_exactly_this_name(reference):
    person = personas.person("曾国藩")
    personas.person("曾国番")
    assert list(Person.objects.alike(name="曾国藩", phone_index=None)) == [person]
