"""Every notice as a text message: two parts at most, also with long values; the address at the end; the deadline not cut."""

import datetime as dt
from decimal import Decimal

import pytest
from django.conf import settings

from chengyang.platform.notices import delivery
from chengyang.platform.notices.models import Notice
from chengyang.platform.notices.rendering import render

from .test_templates import TEMPLATES

MOMENT = dt.datetime(2026, 12, 30, 18, 30, tzinfo=dt.UTC)
DATES = {"due_on", "by", "before", "joined_on", "left_on", "objection_until"}
MOMENTS = {"until", "starts", "ends", "at", "offer_expires_at", "expires_on"}
HOURS = {"hours", "previous_hours"}
SITE_URL = "https://xjc.chengyang-district.gov.cn"
LINK = f"{SITE_URL}/accounts/undo/abcdefghjk/{16 * 's'}/"  # as long as a signed link can be
UNTIL = {  # notices that want something: how the text says until when
    "activities/offered": "12月31日",
    "activities/returned": "12月31日",
    "members/please_confirm": "12月31日前",
    "organizations/membership_applied": "12月30日",
    "services/request_answered": "12月31日前",
    "services/request_reminder": "12月30日前",
    "services/request_reopened": "12月30日前",
    "services/request_waiting": "12月30日前",
}


class Long:
    """An object whose attributes are long texts, dates or hours, by their names."""

    def __init__(self, length=40):
        self.length = length

    def __getattr__(self, name):
        if name.startswith("_") or name in ("as_sql", "resolve_expression"):
            raise AttributeError(name)
        return value_of(name)

    def __str__(self):
        return "长" * self.length


def value_of(name):
    if name in DATES:
        return MOMENT.date()
    if name in MOMENTS:
        return MOMENT
    if name in HOURS:
        return Decimal("12.5")
    if name in ("code", "number"):
        return "SQ20261230-1000"
    if name == "query_code":
        return "123456"
    return Long(500) if name in ("reason", "note", "address", "bring", "summary") else Long()


class Everything(dict):
    """A context in which every name has a value."""

    def __missing__(self, name):
        if name in ("True", "False", "None"):
            raise KeyError(name)
        return value_of(name)

    def __contains__(self, name):
        return name not in ("True", "False", "None")


@pytest.fixture(params=TEMPLATES)
def message(request, settings):
    """The text message of a template with long values, and the notice."""
    settings.SITE_URL = SITE_URL
    names = ("activity", "signup", "service", "application", "assessment", "subject", "standard", "membership", "post")
    names += (
        "request",
        "outcome",
        "due",
        "person",
        "representative",
        "subdistrict",
        "labels",
        "changed",
        "reason",
        "phone",
    )
    context = {name: value_of(name) for name in (*names, *DATES, *MOMENTS)}
    context |= {"labels": ["长" * 20] * 9, "phone": "+8615400000001", "site": settings.SITE, "link": LINK}
    rendered = render(request.param, context)
    url = "" if is_linked(request.param) else "/me/"
    notice = Notice(public_id="abcdefghjk", kind=request.param, url=url, **rendered._asdict())
    return request.param, delivery.sms_text(notice), notice


def is_linked(name):
    """Return whether the text of a notice has a signed link, for a number without an account; it then has no page."""
    return "{{ link }}" in (settings.BASE_DIR / "templates/notices" / f"{name}.txt").read_text()


def test_a_notice_fits_two_text_messages(message):
    assert len(message[1]) <= 134


def test_a_notice_ends_with_the_short_address_of_its_page(message):
    assert is_linked(message[0]) or message[1].endswith(f"\n{SITE_URL}/n/abcdefghjk/")


def test_a_notice_that_wants_something_says_until_when(message):
    name, text, _notice = message
    assert UNTIL.get(name, "") in text


def test_the_query_code_of_a_request_is_not_cut(message):
    name, text, _notice = message
    assert name != "services/request_received" or "查询码 123456" in text


def test_a_signed_link_is_not_cut(message):
    name, text, _notice = message
    assert is_linked(name) == (LINK in text)


def test_without_a_page_there_is_no_address():
    assert delivery.sms_text(Notice(title="甲", body="乙", url="")) == f"【{settings.SITE['name']}】甲\n乙"
