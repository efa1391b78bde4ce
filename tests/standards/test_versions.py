"""A published version is never edited; old assessments keep their version (domain.md rule 5)."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from chengyang import clock
from chengyang.platform.standards.actions import open_assessment
from chengyang.platform.standards.models import Criterion, Standard, Version
from tests import personas

from .conftest import make_standard


@pytest.fixture
def standard(standards):
    return standards["base"]


CHANGES = {
    "the text": lambda version: Version.objects.filter(pk=version.pk).update(text="别的"),
    "the day": lambda version: Version.objects.filter(pk=version.pk).update(published_on=dt.date(2020, 1, 1)),
    "a criterion": lambda version: version.criteria.update(name="别的"),
    "one criterion more": lambda version: Criterion.objects.create(version=version, code="x", name="x"),
    "one criterion less": lambda version: version.criteria.first().delete(),
    "the version": lambda version: Version.objects.filter(pk=version.pk)._raw_delete("default"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_published_version_cannot_be_changed(standard, change):
    with pytest.raises(DatabaseError), transaction.atomic():
        CHANGES[change](standard.current())


def draft_of(standard):
    """Return a draft of the next version with one criterion."""
    draft = standard.versions.create(number=standard.current().number + 1)
    draft.criteria.create(code="venue", name="有阵地", order=1)
    return draft


def publish(version):
    version.published_on = clock.today()
    version.save(update_fields=["published_on"])


def test_a_draft_can_be_edited(standard):
    draft = draft_of(standard)
    draft.criteria.filter(code="venue").update(name="有好阵地")
    Criterion.objects.create(version=draft, code="new", name="有新意", order=9)
    assert list(draft.criteria.values_list("name", flat=True)) == ["有好阵地", "有新意"]


def test_a_draft_is_in_force_only_once_it_is_published(standard):
    draft = draft_of(standard)
    assert standard.current().number == 1
    publish(draft)
    assert standard.current() == draft


def test_an_assessment_keeps_its_version(standard, reference, district):
    assessment = open_assessment(personas.base(), actor=district)
    publish(draft_of(standard))
    assessment.refresh_from_db()
    assert assessment.version.number == 1


def test_a_standard_without_a_published_version_is_visible_to_the_district_only(reference, district, xiazhuang):
    standard = make_standard("six_haves", published=False)
    assert list(Standard.objects.visible_to(district)) == [standard]
    assert not Standard.objects.visible_to(xiazhuang).exists()
