"""Every column about people names what it is for, and every purpose named is one that the rules list (P17)."""

import pytest
from django.apps import apps

from chengyang.platform.privacy import fields
from chengyang.platform.privacy.fields import about_people, classification
from chengyang.platform.privacy.purposes import BY_CODE, OTHERS, PURPOSES


def test_every_column_about_people_is_classified():
    assert fields.unclassified() == []


def test_every_purpose_named_exists_and_every_column_named_too():
    assert fields.without_purpose() == []


@pytest.mark.parametrize(
    "label", ["accounts.User", "members.Person", "members.Application", "activities.CheckIn", "accounts.PhoneProof"]
)
def test_models_about_people_are_found(label):
    assert apps.get_model(label) in set(about_people())


@pytest.mark.parametrize("label", ["standards.Standard", "activities.Programme", "members.PersonEvent"])
def test_other_models_and_histories_need_say_nothing(label):
    assert apps.get_model(label) not in set(about_people())


def test_a_column_that_nothing_is_said_of_is_found(monkeypatch):
    person = apps.get_model("members.Person")
    monkeypatch.setattr(person, "NOT_PERSONAL", person.NOT_PERSONAL - {"left_on"})
    assert fields.unclassified() == [("members.Person", "left_on")]


@pytest.mark.parametrize("change", [{"name": "marketing"}, {"no_such_column": "account"}, {"state": "account"}])
def test_a_purpose_or_column_that_is_none_or_named_twice_is_found(monkeypatch, change):
    person = apps.get_model("members.Person")
    monkeypatch.setattr(person, "PERSONAL", {**person.PERSONAL, **change})
    assert fields.without_purpose() == [("members.Person", next(iter(change)))]


def test_tables_of_packages_are_spoken_for():
    session = apps.get_model("usersessions.UserSession")
    assert classification(session)["ip"] == "security"
    assert {apps.get_model(label) for label in OTHERS} <= set(apps.get_models())


def test_each_purpose_is_used_or_asked_for():
    used = {code for model in about_people() for code in classification(model).values()}
    assert {purpose.code for purpose in PURPOSES} - used <= {"invitations"}


def test_exactly_one_purpose_is_necessary_and_none_is_both_necessary_and_optional():
    assert [purpose.code for purpose in PURPOSES if purpose.necessary] == ["registration"]
    assert not any(purpose.necessary and purpose.optional for purpose in PURPOSES)


@pytest.mark.parametrize("code", BY_CODE)
def test_each_purpose_says_everything(code):
    purpose = BY_CODE[code]
    assert all([purpose.name, purpose.text, purpose.categories, purpose.retention])
