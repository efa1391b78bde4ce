"""The rules for reasons: required, never cut, and of the same maximum length everywhere."""

import pytest
from django.apps import apps

from chengyang.errors import REASON_LENGTH, ActionError, optional_reason, required_reason

WITH_REASON = {
    "activities.Activity",
    "activities.ServiceRecord",
    "activities.Signup",
    "bases.RoomBooking",
    "bases.Visit",
    "members.Application",
    "members.Representative",
    "organizations.Membership",
    "services.Outcome",
}


@pytest.mark.parametrize("reason", ["", "  \n", None])
def test_a_missing_reason_is_refused(reason):
    with pytest.raises(ActionError) as refused:
        required_reason(reason, missing="请写明原因。")
    assert (refused.value.code, refused.value.message) == ("reason", "请写明原因。")


@pytest.mark.parametrize("rule", [required_reason, optional_reason])
def test_a_reason_that_is_too_long_is_refused_not_cut(rule):
    with pytest.raises(ActionError) as refused:
        rule("长" * (REASON_LENGTH + 1))
    assert (refused.value.code, refused.value.field) == ("too_long", "reason")


@pytest.mark.parametrize("rule", [required_reason, optional_reason])
def test_the_longest_reason_is_not_cut(rule):
    assert rule(f" {'长' * REASON_LENGTH} ") == "长" * REASON_LENGTH


def test_every_column_for_a_reason_has_the_same_length():
    columns = {label: apps.get_model(label)._meta.get_field("reason").max_length for label in WITH_REASON}
    assert set(columns.values()) == {REASON_LENGTH}
