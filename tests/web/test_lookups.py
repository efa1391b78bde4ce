import pytest
from django.db.models import Q

from chengyang.platform.accounts.models import Role, User
from chengyang.platform.web.lookups import any_of


@pytest.fixture
def people(reference):
    officer = User.objects.create(name="官")
    Role.objects.create(user=officer, kind="editor")
    return officer, User.objects.create(name="民")


def test_rows_are_found_by_the_keys_of_others(people):
    officer, citizen = people
    assert list(User.objects.filter(any_of("pk", Role.objects.all(), key="user"))) == [officer]
    assert set(User.objects.filter(any_of("pk", Role.objects.all(), key="user") | Q(name="民"))) == {officer, citizen}
    assert not Role.objects.filter(any_of("user_id", User.objects.filter(name="民"))).exists()


def test_the_keys_are_computed_before_the_scan(people):
    plan = User.objects.filter(any_of("pk", Role.objects.all(), key="user") | Q(name="民")).explain()
    assert "InitPlan" in plan
    assert "SubPlan" not in plan
