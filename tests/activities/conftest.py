"""The clock of these tests, and the activities and the organization that they use."""

import pytest

from tests import personas

from . import factories


@pytest.fixture(autouse=True)
def stopped_clock(settings):
    """Stop the clock at 09:00 on 16 September 2026; `settings.PORTAL_CLOCK` moves it."""
    settings.PORTAL_CLOCK = factories.NINE


@pytest.fixture
def activity(reference):
    """A published activity of the office in 夏庄 with two places, in three days."""
    return factories.published(capacity=2)


@pytest.fixture
def service(reference):
    """A published volunteer service in 夏庄, 08:30 to 11:30 in three days."""
    return factories.published(kind="volunteer")


@pytest.fixture
def organization(reference):
    return personas.organization()
