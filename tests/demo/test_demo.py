"""Loading the demo: where it is refused, that it loads completely or not at all, and that it is repeatable."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command

from chengyang.demo import loader
from chengyang.demo.randomness import RandomSource
from chengyang.devtools.test_databases import connected_to
from chengyang.platform.accounts.models import User
from members.models import Person
from tests import personas
from tests.demo.demo_copy import copy_of, fingerprints, load

DAY = dt.date(2026, 11, 23)


def refusal(**arguments):
    with pytest.raises(loader.Refused) as refused:
        loader.load(**{"seed": 1, "today": DAY, **arguments})
    return str(refused.value)


# ---- where it is refused --------------------------------------------------------------------------------------------
def test_production_is_refused(db, settings):
    settings.PRODUCTION = True
    assert "production" in refusal()


def test_a_portal_without_demo_is_refused(db, settings):
    settings.DEMO = False
    assert "DEMO=on" in refusal()


def test_a_portal_with_a_real_account_is_refused(db):
    User.objects.create(email="somebody@example.com")
    assert "real persons or accounts" in refusal()


def test_a_portal_with_a_real_person_is_refused(reference):
    personas.person(name="周予安")
    assert "real persons or accounts" in refusal()


def test_a_second_run_is_refused(db):
    User.objects.create(email="member@demo.invalid", is_demo=True)
    assert "already" in refusal()


def test_a_refused_run_leaves_nothing(db):
    User.objects.create(email="somebody@example.com")
    refusal()
    assert Person.objects.count() == 0


def test_a_day_before_the_published_years_is_refused(db):
    assert "2024-01-01" in refusal(today=dt.date(2023, 12, 31))


@pytest.mark.parametrize("text", ["2026-13-01", "tomorrow", "20261123x"])
def test_an_invalid_day_is_refused(db, text):
    with pytest.raises(CommandError, match="is not a day"):
        call_command("demo", "--today", text)


def test_the_command_gives_the_reason_of_a_refusal(db):
    User.objects.create(email="somebody@example.com")
    with pytest.raises(CommandError, match="real persons"):
        call_command("demo", verbosity=0)


# ---- all or nothing -------------------------------------------------------------------------------------------------
def test_a_step_that_fails_leaves_nothing(db, settings, tmp_path, monkeypatch):
    def fail(dataset):
        raise RuntimeError("the disk is full")

    settings.CHENGYANG_HOME = tmp_path
    monkeypatch.setattr(loader, "STEPS", (("persons", fail),))
    with pytest.raises(RuntimeError):
        loader.load(seed=1, today=DAY)
    assert (User.objects.count(), list(tmp_path.iterdir())) == (0, [])


# ---- repeatable -----------------------------------------------------------------------------------------------------
def test_the_same_seed_and_day_make_the_same_rows(databases, loaded_demo, django_db_blocker, tmp_path):
    with (
        django_db_blocker.unblock(),
        copy_of(databases, loaded_demo, "once") as once,
        copy_of(databases, databases.template, "again") as again,
    ):
        with connected_to(again):
            load(tmp_path)
        assert fingerprints(again) == fingerprints(once)


def test_random_sources_of_one_name_draw_the_same():
    assert RandomSource(1, "persons").public_id() == RandomSource(1, "persons").public_id()


@pytest.mark.parametrize("name", [(2, "persons"), (1, "posts")])
def test_random_sources_of_other_names_draw_different_values(name):
    assert RandomSource(1, "persons").public_id() != RandomSource(*name).public_id()
