"""The registry of extensions: apps declare once, before it is closed; it is read only afterwards; keys are unique."""

import pytest

from chengyang.extensions import MenuEntry, Metric, PeriodicTask, Registry


def frozen(**apps):
    """Return a closed registry in which each app has declared its slots."""
    registry = Registry()
    for app, slots in apps.items():
        registry.extend(app, **slots)
    registry.freeze()
    return registry


def metric(code):
    return Metric(code, "", "", "", lambda subject, period: [])


def test_declarations_are_read_in_the_order_of_the_apps():
    registry = frozen(a={"metrics": [metric("one")]}, b={"metrics": [metric("two")]})
    assert [found.code for found in registry.items("metrics")] == ["one", "two"]


def test_a_mapping_holds_what_all_apps_declare():
    registry = frozen(a={"audit_verbs": {"visit.booked": "预约"}}, b={"audit_verbs": {"visit.ended": "结束"}})
    assert list(registry.mapping("audit_verbs")) == ["visit.booked", "visit.ended"]


def test_reading_before_start_up_is_complete_is_refused():
    with pytest.raises(RuntimeError, match="before all apps"):
        Registry().items("metrics")


def test_declaring_after_start_up_is_refused():
    with pytest.raises(RuntimeError, match="after start-up"):
        frozen().extend("late", metrics=[metric("late")])


def test_an_app_declares_once():
    registry = Registry()
    registry.extend("a")
    with pytest.raises(ValueError, match="twice"):
        registry.extend("a")


def test_an_unknown_slot_is_refused():
    with pytest.raises(TypeError, match="measures"):
        Registry().extend("a", measures=[])


@pytest.mark.parametrize(
    "slots",
    [
        {"metrics": [metric("one")]},
        {"menu": [MenuEntry("home", "首页", order=1)]},
        {"audit_verbs": {"visit.booked": "预约"}},
        {"schedule": {"sweep": PeriodicTask("a.sweep", 60.0)}},
        {"file_access": {"a.Row": lambda user: []}},
    ],
    ids=lambda slots: next(iter(slots)),
)
def test_a_key_that_exists_is_refused(slots):
    with pytest.raises(ValueError, match="declared twice"):
        frozen(a=slots, b=slots)


@pytest.mark.parametrize("verb", ["booked", "Visit.booked", "visit.booked.twice", "观摩.预约"])
def test_a_verb_of_another_form_is_refused(verb):
    with pytest.raises(ValueError, match="not of the form"):
        frozen(a={"audit_verbs": {verb: "预约观摩"}})
