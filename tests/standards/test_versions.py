"""A published version is never edited; a new one is published, and old assessments keep theirs (domain.md rule 5)."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.standards.actions import draft_version, open_assessment, publish_version
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
def test_nothing_of_a_published_version_changes(standard, change):
    with pytest.raises(DatabaseError), transaction.atomic():
        CHANGES[change](standard.current())


def test_a_draft_can_be_written(standard, district):
    draft = draft_version(standard, actor=district)
    draft.criteria.filter(code="venue").update(name="有好阵地")
    Criterion.objects.create(version=draft, code="new", name="有新意", order=9)
    assert list(draft.criteria.values_list("name", flat=True)) == ["有好阵地", "有rules", "有新意"]


def test_the_next_version_begins_with_the_criteria_in_force(standard, district):
    draft = draft_version(standard, actor=district)
    columns = ("code", "name", "guidance", "order")
    assert draft.number == 2
    assert list(draft.criteria.values_list(*columns)) == list(standard.current().criteria.values_list(*columns))


def test_drafting_twice_is_one_draft(standard, district, district_2):
    assert draft_version(standard, actor=district) == draft_version(standard, actor=district_2)


def test_a_draft_is_in_force_only_once_it_is_published(standard, district):
    draft = draft_version(standard, actor=district)
    assert standard.current().number == 1
    publish_version(draft, actor=district)
    assert (standard.current(), standard.current().published_on) == (draft, clock.today())


def test_an_assessment_keeps_the_version_it_was_made_against(standard, reference, district):
    assessment = open_assessment(personas.base(), actor=district)
    publish_version(draft_version(standard, actor=district), actor=district)
    assessment.refresh_from_db()
    assert assessment.version.number == 1


def test_what_is_published_is_not_published_again(standard, district):
    with pytest.raises(ActionError) as refused:
        publish_version(standard.current(), actor=district)
    assert refused.value.code == "published"


def test_a_version_without_criteria_is_not_published(db, district):
    empty = Standard.objects.create(code="empty", name="空", subject="team")
    with pytest.raises(ActionError) as refused:
        publish_version(draft_version(empty, actor=district), actor=district)
    assert refused.value.code == "no_criteria"


@pytest.mark.parametrize("name", personas.NAMES)
@pytest.mark.parametrize(
    "action", [draft_version, lambda standard, actor: publish_version(standard.versions.get(), actor=actor)]
)
def test_standards_are_the_districts(reference, name, action):
    standard = make_standard("six_haves", published=False)
    try:
        action(standard, actor=personas.make(name))
    except NotAllowed:
        assert name not in ("district", "district_2")
    else:
        assert name in ("district", "district_2")


def test_a_standard_without_a_published_version_is_the_districts_own(reference, district, xiazhuang):
    standard = make_standard("six_haves", published=False)
    assert list(Standard.objects.visible_to(district)) == [standard]
    assert not Standard.objects.visible_to(xiazhuang).exists()
