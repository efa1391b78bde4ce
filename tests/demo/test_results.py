"""The figures that the district has published come out of the records of the demo (domain.md, "Published facts")."""

import pytest

from chengyang.portal.board import keeping, periods, results

pytestmark = [pytest.mark.usefixtures("demo"), pytest.mark.django_db]


def test_every_published_figure_agrees_with_the_records():
    keeping.refresh()
    published = results.published()
    assert [one.label for one in published if not one.agrees] == []
    assert len(published) == 13


def test_the_published_years_have_all_seven_steps():
    keeping.refresh()
    found = results.results_of(periods.published())
    assert [part.code for part in found.parts] == list(results.boards.STEPS)
