"""`edit`: only editable fields; validated, saved and recorded together."""

import pytest
from django.db import transaction

from bases.models import Base
from chengyang.errors import ActionError
from chengyang.platform.audit.editing import edit
from chengyang.platform.audit.models import Entry
from tests import personas

FIELDS = ("hours", "summary")


@transaction.atomic
def edited(base, actor, **data):
    return edit(base, data, fields=FIELDS, verb="base.updated", actor=actor)


@pytest.fixture
def base(reference):
    return personas.base()


def test_changed_fields_are_written(base, district):
    assert edited(base, district, summary="新的简介", hours=base.hours) == ["summary"]
    assert Base.objects.get().summary == "新的简介"


def test_the_entry_names_the_changed_fields(base, district):
    edited(base, district, summary="新的简介", hours=base.hours)
    assert Entry.objects.get(verb="base.updated").fields == ["summary"]


def test_nothing_changed_is_not_recorded(base, district):
    assert edited(base, district, hours=base.hours) == []
    assert not Entry.objects.exists()


def test_other_fields_are_refused(base, district):
    with pytest.raises(TypeError, match="state cannot be edited on Base"):
        edited(base, district, state="closed")


def test_a_value_that_the_model_refuses_names_its_field(base, district):
    with pytest.raises(ActionError) as refused:
        edited(base, district, summary="长" * 301)
    assert (refused.value.code, refused.value.field) == ("invalid", "summary")
