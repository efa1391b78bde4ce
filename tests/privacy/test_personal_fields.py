"""Every personal column names a purpose that the rules list (requirements P17)."""

import pytest
from django.apps import apps

from chengyang.platform.privacy import fields
from chengyang.platform.privacy.fields import about_people, classification
from chengyang.platform.privacy.purposes import BY_CODE, OTHERS, PURPOSES


def test_every_column_about_people_is_classified():
    assert fields.unclassified() == []


def test_every_named_purpose_and_column_exists():
    assert fields.without_purpose() == []


@pytest.mark.parametrize(
    "label", ["accounts.User", "members.Person", "members.Application", "activities.CheckIn", "accounts.PhoneProof"]
)
def test_models_about_people_are_found(label):
    assert apps.get_model(label) in set(about_people())


@pytest.mark.parametrize("label", ["standards.Standard", "activities.Programme", "members.PersonEvent"])
def test_other_models_and_histories_are_not_classified(label):
    assert apps.get_model(label) not in set(about_people())


def test_an_unclassified_column_is_found(monkeypatch):
    person = apps.get_model("members.Person")
    monkeypatch.setattr(person, "NOT_PERSONAL", person.NOT_PERSONAL - {"left_on"})
    assert fields.unclassified() == [("members.Person", "left_on")]


@pytest.mark.parametrize("change", [{"name": "marketing"}, {"no_such_column": "account"}, {"state": "account"}])
def test_an_unknown_or_duplicate_purpose_or_column_is_found(monkeypatch, change):
    person = apps.get_model("members.Person")
    monkeypatch.setattr(person, "PERSONAL", {**person.PERSONAL, **change})
    assert fields.without_purpose() == [("members.Person", next(iter(change)))]


def test_tables_of_packages_are_classified():
    session = apps.get_model("usersessions.UserSession")
    assert classification(session)["ip"] == "security"
    assert {apps.get_model(label) for label in OTHERS} <= set(apps.get_models())


def test_each_purpose_is_used_or_optional():
    used = {code for model in about_people() for code in classification(model).values()}
    assert {purpose.code for purpose in PURPOSES if not purpose.optional} - used == set()


def test_exactly_one_purpose_is_necessary_and_none_is_both_necessary_and_optional():
    assert [purpose.code for purpose in PURPOSES if purpose.necessary] == ["registration"]
    assert not any(purpose.necessary and purpose.optional for purpose in PURPOSES)


@pytest.mark.parametrize("code", BY_CODE)
def test_each_purpose_has_all_texts(code):
    purpose = BY_CODE[code]
    assert all([purpose.name, purpose.text, purpose.categories, purpose.retention])
