"""The handbook: criteria, results, and the working methods."""

import datetime as dt

import pytest

from bases.models import Assessment
from chengyang import clock
from chengyang.platform.standards.modes import MODES
from chengyang.seed.facts import modes
from members.models import Assessment as PersonAssessment
from tests import personas

from .conftest import make_standard

LIST = "/standards/"
DAY = dt.timedelta(days=1)


def text_of(answer):
    return answer.content.decode()


def passed(base, standard, *, days=30, lasts=365):
    """Create an assessment that `base` passed `days` days ago."""
    on = clock.today() - days * DAY
    return Assessment.objects.create(
        base=base, version=standard.current(), state="passed", assessed_on=on, expires_on=on + lasts * DAY
    )


@pytest.fixture
def standard(reference, standards):
    return standards["base"]


def test_the_handbook_is_open_to_everybody(client, standards):
    page = text_of(client.get(LIST))
    assert all(str(standard) in page for standard in standards.values())


def test_an_empty_handbook_explains_what_it_is_for(client, db):
    assert "标准还没有发布" in text_of(client.get(LIST))


def test_the_handbook_shows_every_published_working_method(client, db):
    page = text_of(client.get(LIST))
    assert all(
        item in page for mode in modes().values() for item in (mode["items"] if isinstance(mode, dict) else mode)
    )


def test_the_working_methods_are_the_published_ones_in_their_order():
    ours = {mode.name: [name for name, _text in mode.items] for mode in MODES}
    published = {name: mode["items"] if isinstance(mode, dict) else mode for name, mode in modes().items()}
    assert ours == published
    assert next(mode.lead for mode in MODES if mode.name == "1+6") == modes()["1+6"]["lead"]


def test_a_standard_shows_its_criteria_with_guidance(client, standard):
    page = text_of(client.get(standard.get_absolute_url()))
    assert "有venue" in page
    assert "看什么。" in page


@pytest.mark.parametrize("code", ["nothing", "六有", "x" * 300])
def test_an_unknown_standard_is_404(client, db, code):
    assert client.get(f"{LIST}{code}/").status_code == 404


def test_a_draft_is_404(client_of, district):
    standard = make_standard("six_haves", published=False)
    assert client_of(district).get(standard.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("path", [LIST, f"{LIST}six_haves/"])
def test_the_handbook_takes_no_post(client, standard, path):
    assert client.post(path).status_code == 405


def test_organizers_that_reached_it_are_named_with_the_date(client, standard):
    passed(personas.base(), standard)
    page = text_of(client.get(standard.get_absolute_url()))
    assert "夏新连心驿站" in page
    assert "已有 1 个基地达到" in page


def test_an_organizer_assessed_twice_counts_once(client, standard):
    passed(personas.base(), standard, days=200)
    passed(personas.base(), standard, days=10)
    page = text_of(client.get(standard.get_absolute_url()))
    assert "已有 1 个基地达到" in page
    assert page.count("夏新连心驿站") == 1


@pytest.mark.parametrize("fields", [{"is_published": False}, {}])
def test_hidden_and_expired_ones_are_not_named(client, standard, fields):
    passed(personas.base(**fields), standard, days=400 if not fields else 30)
    assert "夏新连心驿站" not in text_of(client.get(standard.get_absolute_url()))


@pytest.mark.parametrize(("number", "words"), [(4, "不足 5 人"), (5, "已有 5 人达到")])
def test_persons_are_counted_from_five_and_never_named(client, standards, reference, number, words):
    for place in range(number):
        PersonAssessment.objects.create(
            person=personas.person(name=f"林知夏{place}"),
            version=standards["person"].current(),
            state="passed",
            assessed_on=clock.today(),
        )
    page = text_of(client.get(standards["person"].get_absolute_url()))
    assert words in page
    assert "林知夏" not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_a_standard_makes_the_same_number_of_queries(client, standard, rows, django_assert_num_queries):
    for number in range(rows):
        passed(personas.base(slug=f"b{number}", name=f"基地{number}"), standard)
    with django_assert_num_queries(8):
        client.get(standard.get_absolute_url())
