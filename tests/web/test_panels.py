import pytest

from chengyang.platform.web import panels


@pytest.fixture(autouse=True)
def empty_places(monkeypatch):
    monkeypatch.setattr(panels, "_panels", {})


def register(place="p", kind="info", order=100, template="web/_callout.html"):
    panels.register(place, template, lambda request, subject: subject and {"kind": kind, "text": subject}, order=order)


def test_panel_is_drawn_with_its_subject(rf):
    register()
    assert "<p>新心向阳</p>" in panels.draw("p", rf.get("/"), "新心向阳")


def test_panel_without_context_is_not_drawn(rf):
    register()
    assert panels.draw("p", rf.get("/"), None) == ""


def test_panel_escapes_its_subject(rf):
    register()
    assert "<b>" not in panels.draw("p", rf.get("/"), "<b>")


def test_panels_stand_in_their_order():
    register(order=20)
    register(order=10, template="web/_due.html")
    assert panels.registered() == {"p": ["web/_due.html", "web/_callout.html"]}


def test_same_template_twice_is_a_mistake():
    register()
    with pytest.raises(ValueError, match="twice"):
        register()


def test_empty_place_draws_nothing(rf):
    assert panels.draw("nowhere", rf.get("/")) == ""
