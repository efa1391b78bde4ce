"""Every transition of an application, a person and a representative, allowed or refused."""

import itertools

import pytest

from members.states import (
    APPLICATION_TRANSITIONS,
    CORRECTION_TRANSITIONS,
    PERSON_TRANSITIONS,
    REPRESENTATIVE_TRANSITIONS,
    ApplicationState,
    CorrectionState,
    PersonState,
    RepresentativeState,
)

ALLOWED = {
    ApplicationState: {
        ("draft", "submitted"),
        ("draft", "withdrawn"),
        ("submitted", "returned"),
        ("submitted", "first_reviewed"),
        ("submitted", "decline_proposed"),
        ("submitted", "draft"),
        ("submitted", "withdrawn"),
        ("returned", "submitted"),
        ("returned", "withdrawn"),
        ("first_reviewed", "returned"),
        ("first_reviewed", "approved"),
        ("first_reviewed", "decline_proposed"),
        ("first_reviewed", "draft"),
        ("first_reviewed", "withdrawn"),
        ("decline_proposed", "declined"),
        ("decline_proposed", "returned"),
        ("decline_proposed", "submitted"),
        ("decline_proposed", "first_reviewed"),
        ("decline_proposed", "withdrawn"),
        ("declined", "objected"),
        ("objected", "submitted"),
        ("objected", "declined"),
        ("objected", "withdrawn"),
    },
    PersonState: {("unconfirmed", "active"), ("active", "left"), ("left", "active"), ("left", "erased")},
    RepresentativeState: {
        ("nominated", "first_reviewed"),
        ("nominated", "declined"),
        ("first_reviewed", "named"),
        ("first_reviewed", "declined"),
        ("nominated", "decline_proposed"),
        ("first_reviewed", "decline_proposed"),
        ("decline_proposed", "declined"),
        ("decline_proposed", "nominated"),
        ("decline_proposed", "first_reviewed"),
        ("named", "ended"),
    },
    CorrectionState: {
        ("waiting", "accepted"),
        ("waiting", "refused"),
        ("waiting", "withdrawn"),
        ("accepted", "waiting"),
        ("refused", "waiting"),
    },
}
TABLES = {
    ApplicationState: APPLICATION_TRANSITIONS,
    PersonState: PERSON_TRANSITIONS,
    RepresentativeState: REPRESENTATIVE_TRANSITIONS,
    CorrectionState: CORRECTION_TRANSITIONS,
}


@pytest.mark.parametrize("states", TABLES)
def test_every_state_has_a_row(states):
    assert set(TABLES[states]) == set(states)


@pytest.mark.parametrize(
    ("states", "old", "new"), [(s, o, n) for s in TABLES for o, n in itertools.product(s.values, repeat=2)]
)
def test_a_step_is_allowed_or_not(states, old, new):
    assert (new in TABLES[states][old]) == ((old, new) in ALLOWED[states])
