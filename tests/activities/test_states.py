"""The complete tables of transitions."""

import pytest

from activities.states import ACTIVITY_TRANSITIONS, SIGNUP_TRANSITIONS, ActivityState, SignupState

ACTIVITY = """
           draft submitted returned approved published cancelled
draft        .       x        .        .         .         x
submitted    .       .        x        x         .         x
returned     .       x        .        .         .         x
approved     .       .        x        .         x         x
published    .       .        .        .         .         x
cancelled    .       .        .        .         .         .
"""
SIGNUP = """
           pending waitlisted offered confirmed declined expired cancelled
pending       .        x         .        x        x        .        x
waitlisted    x        .         x        .        .        .        x
offered       .        .         .        x        .        x        x
confirmed     x        .         .        .        .        .        x
declined      x        .         .        .        .        .        .
expired       .        .         .        .        .        .        .
cancelled     .        .         .        .        .        .        .
"""


def cells(table):
    head, *rows = [line.split() for line in table.strip().splitlines()]
    return [(old, new, mark == "x") for old, *marks in rows for new, mark in zip(head, marks, strict=True)]


@pytest.mark.parametrize(("old", "new", "is_step"), cells(ACTIVITY))
def test_steps_of_an_activity(old, new, is_step):
    assert (ActivityState(new) in ACTIVITY_TRANSITIONS[ActivityState(old)]) == is_step


@pytest.mark.parametrize(("old", "new", "is_step"), cells(SIGNUP))
def test_steps_of_a_signup(old, new, is_step):
    assert (SignupState(new) in SIGNUP_TRANSITIONS[SignupState(old)]) == is_step
