"""Every transition of an application, a person and a representative, allowed or refused."""

import itertools

import pytest

from members.states import (
    APPLICATION_TRANSITIONS,
    PERSON_TRANSITIONS,
    REPRESENTATIVE_TRANSITIONS,
    ApplicationState,
    PersonState,
    RepresentativeState,
)

ALLOWED = {
    ApplicationState: {
        ("draft", "submitted"),
        ("draft", "withdrawn"),
        ("submitted", "returned"),
        ("submitted", "first_reviewed"),
        ("submitted", "declined"),
        ("submitted", "withdrawn"),
        ("returned", "submitted"),
        ("returned", "withdrawn"),
        ("first_reviewed", "returned"),
        ("first_reviewed", "approved"),
        ("first_reviewed", "declined"),
        ("first_reviewed", "withdrawn"),
    },
    PersonState: {("unconfirmed", "active"), ("active", "left"), ("left", "active"), ("left", "erased")},
    RepresentativeState: {
        ("nominated", "first_reviewed"),
        ("nominated", "declined"),
        ("first_reviewed", "named"),
        ("first_reviewed", "declined"),
        ("named", "ended"),
    },
}
TABLES = {
    ApplicationState: APPLICATION_TRANSITIONS,
    PersonState: PERSON_TRANSITIONS,
    RepresentativeState: REPRESENTATIVE_TRANSITIONS,
}


@pytest.mark.parametrize("states", TABLES)
def test_every_state_has_a_row(states):
    assert set(TABLES[states]) == set(states)


@pytest.mark.parametrize(
    ("states", "old", "new"), [(s, o, n) for s in TABLES for o, n in itertools.product(s.values, repeat=2)]
)
def test_a_step_is_allowed_or_not(states, old, new):
    assert (new in TABLES[states][old]) == ((old, new) in ALLOWED[states])
