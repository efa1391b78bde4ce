import pytest

from chengyang import extensions
from chengyang.extensions import Panel, Registry
from chengyang.platform.web import panels


@pytest.fixture
def declare(monkeypatch):
    """Return a function that replaces all declared panels by those of the test."""

    def declare(*declared):
        registry = Registry()
        registry.extend("test", panels=declared)
        registry.freeze()
        monkeypatch.setattr(extensions, "_registry", registry)

    return declare


def panel(place="p", kind="info", order=100, template="web/_callout.html"):
    return Panel(place, template, lambda request, subject: subject and {"kind": kind, "text": subject}, order)


def test_a_panel_is_rendered_with_its_subject(declare, rf):
    declare(panel())
    assert "<p>新心向阳</p>" in panels.render("p", rf.get("/"), "新心向阳")


def test_a_panel_without_context_is_not_rendered(declare, rf):
    declare(panel())
    assert panels.render("p", rf.get("/"), None) == ""


def test_panel_escapes_its_subject(declare, rf):
    declare(panel())
    assert "<b>" not in panels.render("p", rf.get("/"), "<b>")


def test_panels_are_in_their_order(declare):
    declare(panel(order=20), panel(order=10, template="web/_due.html"))
    assert [panel.template for panel in extensions.panels("p")] == ["web/_due.html", "web/_callout.html"]


def test_a_place_without_panels_is_empty(declare, rf):
    declare()
    assert panels.render("nowhere", rf.get("/")) == ""
