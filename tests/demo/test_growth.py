"""The grown demo: as many rows as wanted, which keep all promises that rows written by actions keep."""

import datetime as dt
import re

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Count, F, Max, Q

from activities.models import Activity, CheckIn, ServiceRecord, Signup
from chengyang.demo import growth, loader
from chengyang.devtools.test_databases import connected_to
from chengyang.lib.chinese import pinyin, search
from chengyang.lib.vault.fields import blind_index
from chengyang.platform.accounts.models import User
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import verification
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from chengyang.platform.privacy.models import Consent
from members.models import Application, Person
from organizations.models import Membership
from tests.demo.demo_copy import SEED, TODAY, copy_of

SIZE = growth.Size(persons=6_000, activities=760, signups=72_000)
SCHEMA = """
    SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT tgname, tgenabled::text FROM pg_trigger
    UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2
"""


CASTS = re.compile(r"::[a-z ]+(?:\[\])?|[()]")  # PostgreSQL writes them in another way when it reads what it wrote


def schema():
    with connection.cursor() as cursor:
        cursor.execute(SCHEMA)
        return [(name, CASTS.sub("", text)) for name, text in cursor.fetchall()]


@pytest.fixture(scope="module")
def grown(databases, loaded_demo, django_db_blocker):
    """A copy of the demo that has been grown; returns what `grow` noted, and the schema before it."""
    with django_db_blocker.unblock(), copy_of(databases, loaded_demo, "grown") as name, connected_to(name):
        before = schema()
        with transaction.atomic():
            made = growth.grow(SIZE, seed=SEED, today=TODAY)
        made.schema = before
        yield made


@pytest.fixture
def new(grown):
    """Return a function model → its new rows."""
    return lambda model: model._base_manager.filter(pk__gt=grown.base[model._meta.label])


# ---- how many -------------------------------------------------------------------------------------------------------
def test_there_are_as_many_rows_as_wanted(grown):
    counts = (Person.objects.count(), Activity.objects.count(), Signup.objects.count())
    assert counts == (SIZE.persons, SIZE.activities, SIZE.signups)


def test_every_second_person_has_an_account_with_all_that_belongs_to_it(new):
    accounts = new(User)
    assert accounts.count() == new(Person).filter(user__isnull=False).count() == -(-new(Person).count() // 2)
    assert Notice.objects.filter(user__in=accounts).count() == accounts.count()
    assert Application.objects.filter(user__in=accounts, state="approved").count() == accounts.count()
    assert (
        Consent.objects.filter(user__in=accounts, purpose__code="registration", given=True).count() == accounts.count()
    )


def test_every_third_person_is_a_member_of_an_organization_of_their_subdistrict(new):
    rows = Membership.objects.filter(person__in=new(Person))
    assert 0.9 < rows.count() * 3 / new(Person).count() <= 1.1
    elsewhere = rows.exclude(organization__subdistrict=None).exclude(organization__subdistrict=F("person__subdistrict"))
    assert not elsewhere.exists()


def test_every_new_row_is_marked_as_demo(new, grown):
    assert not any(new(model).filter(is_demo=False).exists() for model in (Person, User, Activity))
    people = new(Person)
    rows = [Membership.objects.filter(person__in=people), Application.objects.filter(person__in=people)]
    assert not any(found.filter(is_demo=False).exists() for found in rows)


# ---- what is derived ------------------------------------------------------------------------------------------------
def test_indexes_triggers_and_constraints_are_as_before(grown):
    assert schema() == grown.schema


def test_names_have_their_keys_and_search_vectors(new):
    rows = list(new(Person).order_by("pk")[::97])
    assert [row.name_key for row in rows] == [pinyin.name_key(row.name) for row in rows]
    with connection.cursor() as cursor:
        for row in rows:
            cursor.execute(
                "SELECT name_search = %s::tsvector FROM members_person WHERE id = %s",
                [search.name_vector(row.name), row.pk],
            )
            assert cursor.fetchone() == (True,)


def test_numbers_are_invented_and_can_be_decrypted_and_found(new):
    for person in new(Person).order_by("pk").select_related("user")[::97]:
        assert person.phone.startswith("+86154")
        assert (person.phone_index, person.phone_last4) == (blind_index("phone", person.phone), person.phone[-4:])
        assert person.user is None or person.user.phone == person.phone
        assert Person.objects.search(person.phone.removeprefix("+86")).get() == person


def test_nobody_can_sign_in_with_a_password(new):
    assert not any(account.has_usable_password() for account in new(User)[:20])


def test_counters_of_activities_are_right(new):
    counted = new(Activity).annotate(
        people=Count("signups", distinct=True), last=Max("signups__position"), came=Count("signups__checkin")
    )
    wrong = ~Q(taken=F("people")) | ~Q(last_position=F("last")) | ~Q(attended=F("came"))
    assert counted.filter(came__gt=0).exists()
    assert not counted.filter(wrong).exists()


def test_nobody_signed_up_before_being_registered(new):
    rows = new(Signup)
    assert rows.exists()
    assert not rows.filter(person__registered_on__gt=F("activity__starts__date")).exists()


def test_only_volunteer_service_has_hours(new):
    served = ServiceRecord.objects.filter(checkin__in=new(CheckIn))
    assert served.exists()
    assert not served.exclude(checkin__signup__activity__kind="volunteer").exists()


def test_new_activities_are_over_and_recorded(new):
    assert (
        not new(Activity).exclude(ends__lt=dt.datetime(2026, 9, 1, tzinfo=dt.UTC), recorded_at__isnull=False).exists()
    )


def test_changes_are_in_the_history(new):
    assert Person.pgh_event_model.objects.filter(pgh_obj__in=new(Person)).count() > SIZE.persons / 50
    assert Signup.pgh_event_model.objects.filter(pgh_obj__in=new(Signup)).exists()


def test_audit_entries_can_be_sealed(grown):
    waiting = Entry.objects.filter(verb="signup.created").count()
    assert waiting > 0
    assert audit.seal_due() >= waiting
    assert list(verification.verify()) == []


# ---- the command ----------------------------------------------------------------------------------------------------
def test_a_size_goes_with_large_only(db):
    with pytest.raises(CommandError, match="--size large"):
        call_command("demo", "--persons", "100000")


def test_fewer_persons_than_the_least_are_refused(db):
    with pytest.raises(CommandError, match="at least 5,000"):
        call_command("demo", "--size", "large", "--persons", "100")


def test_the_large_demo_is_refused_in_production(db, settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("demo", "--size", "large")


def test_the_large_demo_is_refused_where_there_are_other_data(db):
    User.objects.create(email="somebody@example.com")
    with pytest.raises(CommandError, match="real persons or accounts"):
        call_command("demo", "--size", "large")


def test_the_command_grows_the_demo_to_the_wanted_number(monkeypatch):
    asked = {}
    monkeypatch.setattr(loader, "load", lambda **options: asked.update(options))
    call_command("demo", "--size", "large", verbosity=0)
    assert asked["persons"] == growth.LARGE
    call_command("demo", verbosity=0)
    assert asked["persons"] == 0
