"""What is kept in a process for a version of the site: blocks of templates, panels, and values about one user."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.test import RequestFactory

from chengyang.extensions import Panel
from chengyang.platform.accounts.models import User
from chengyang.platform.web import content, fragments, panels

pytestmark = pytest.mark.django_db(transaction=True)  # inside a transaction nothing is kept


def test_a_value_is_computed_once_until_its_version_moves():
    made = []
    read = lambda: fragments.per_version("key", lambda: made.append(1) or len(made))  # noqa: E731
    assert [read(), read()] == [1, 1]
    content.changed(content.WORK)
    assert read() == 1
    content.changed()
    assert read() == 2


def test_what_is_about_a_user_ends_at_once_with_a_sign_up():
    user, made = User.objects.create(name="周予安"), []
    own = lambda: fragments.own_per_version(user, "key", lambda: made.append(1) or len(made))  # noqa: E731
    shared = lambda: fragments.per_version("shared", lambda: len(made), names=(content.SITE, content.PLACES))  # noqa: E731
    assert (own(), own(), shared()) == (1, 1, 1)
    content.changed(content.PLACES, content.activity_version("abcdefghjk"))
    assert (own(), shared()) == (2, 1)


def test_the_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(fragments, "_values", fragments.BoundedMemory(10_000, fragments._bytes_of))
    for number in range(50):
        fragments.per_version(number, lambda: "字" * 1000)
    assert len(fragments._values) == 5


# ---- blocks ---------------------------------------------------------------------------------------------------------
def rendered(source, **values):
    return Template(source).render(Context(values))


def test_a_block_is_rendered_once_for_equal_values():
    source = '{% per_version "test.block" who=who %}{{ who }}{% endper_version %}'
    assert [rendered(source, who=who) for who in ("甲", "乙", "甲")] == ["甲", "乙", "甲"]
    assert len(fragments._values) == 2


def test_a_block_sees_neither_the_reader_nor_anything_that_is_not_given():
    source = '{% per_version "test.reader" %}{{ user }}{{ other }}{{ request.path }}{{ site.name }}{% endper_version %}'
    request = RequestFactory().get("/somewhere/")
    request.user = User.objects.create(name="周予安")
    text = Template(source).render(RequestContext(request, {"other": "别的"}))
    assert ("周予安" in text, "别的" in text, "/somewhere/" in text, "城阳" in text) == (False, False, False, True)


def test_what_is_around_a_block_stays_as_it_was():
    source = (
        '{{ who }}{% per_version "test.around" %}{% with who="内" %}{{ who }}{% endwith %}{% endper_version %}{{ who }}'
    )
    assert rendered(source, who="外") == "外内外"


@pytest.mark.parametrize("arguments", ["", "name", '"a" who', '"a" who=who other'])
def test_a_block_without_a_name_or_with_unnamed_values_is_refused(arguments):
    with pytest.raises(TemplateSyntaxError, match="per_version takes a name in quotes"):
        Template(f"{{% per_version {arguments} %}}{{% endper_version %}}")


# ---- panels ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def shown(monkeypatch):
    """Return a function that renders the panel with `shared_by` for a user; its list `made` has a user for each rendering."""
    made = []

    def context(request, subject):
        made.append(request.user)
        return {"kind": "info", "text": f"{request.user}看见的"}

    def show(shared_by, user):
        panel = Panel("test.place", "web/_callout.html", context, shared_by=shared_by)
        monkeypatch.setattr(panels.extensions, "panels", lambda place: [panel])
        request = RequestFactory().get("/")
        request.user = user
        return panels.render("test.place", request)

    show.made = made
    return show


def test_a_panel_is_made_once_for_all_who_share_it(shown):
    first, second = (User.objects.create(name=name) for name in ("甲", "乙"))
    assert shown(panels.everybody, first) == shown(panels.everybody, second) == shown(panels.everybody, AnonymousUser())
    assert shown.made == [first]


def test_a_panel_about_oneself_is_shown_to_nobody_else(shown):
    first, second = (User.objects.create(name=name) for name in ("甲", "乙"))
    for user in (first, second, first):
        shown(panels.each_reader, user)
    assert shown.made == [first, second]


def test_a_panel_is_made_anew_for_somebody_who_shares_it_with_nobody(shown):
    user = User.objects.create(name="甲")
    for _ in range(2):
        shown(lambda user: None, user)
    assert shown.made == [user, user]
