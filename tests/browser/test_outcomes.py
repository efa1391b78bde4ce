"""A donation that two organizers report: shown as a double, counted once, taken apart again; and a correction."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from chengyang import extensions
from chengyang.extensions import Period
from services.models import Outcome, OutcomeDouble
from tests import personas

from .pages import PHONE, check, heading, press, sees

pytestmark = pytest.mark.browser
DAY = dt.date(2026, 9, 1)
SEPTEMBER = Period(dt.date(2026, 9, 1), dt.date(2026, 10, 1))


def report(page, title, amount, day):
    page.goto(reverse("admin:services_outcome_add"))
    page.locator("[name=kind]").select_option("money")
    page.locator("[name=title]").fill(title)
    page.locator("[name=happened_on]").fill(day)
    page.locator("[name=amount]").fill(amount)


def decide(page, label):
    page.get_by_label(label).check()
    page.locator(".decide button[type=submit]").click()


def donations():
    return extensions.metric("donations").of(None, SEPTEMBER)


def test_a_donation_of_two_organizers_is_shown_as_a_double_and_counted_once(browse, portal):
    before = donations()
    leader, secretary = personas.make("leader"), personas.make("secretary")
    team, organization = browse(leader, size=PHONE), browse(secretary)
    report(team, "敬老院冬衣捐款", "3000", "2026-09-01")
    check(team, "outcome-report", axe=True)
    press(team, "保存")
    sees(team, "已添加")

    report(organization, "敬老院冬衣捐赠款", "3000", "2026-09-03")
    press(organization, "保存")
    sees(organization, "可能重复", "敬老院冬衣捐款")
    check(organization, "outcome-record", axe=True)

    office = browse(personas.make("district"))
    for title in ("敬老院冬衣捐款", "敬老院冬衣捐赠款"):
        row = Outcome.objects.get(title=title)
        office.goto(reverse("admin:staff_decide", args=["outcome", row.public_id]))
        decide(office, "核实，计入")
        sees(office, "撤销")
    assert donations() == before + 6000

    pair = OutcomeDouble.objects.get(first__title="敬老院冬衣捐款")
    office.goto(reverse("admin:staff_decide", args=["outcome-double", pair.public_id]))
    sees(office, "先报的", "后报的", "不同")
    check(office, "outcome-double", axe=True)
    decide(office, "是同一件，计先报的")
    sees(office, "两条计一次")
    assert donations() == before + 3000

    for page in (team, organization):
        page.goto(reverse("admin:services_outcomedouble_change", args=[pair.pk]))
        sees(page, "是同一件，计一次")
    check(organization, "outcome-double-record", axe=True)

    office.goto(reverse("admin:services_outcome_totals"))
    heading(office, "成果合计")
    check(office, "outcome-totals", axe=True)

    visitor = browse(None, size=PHONE)
    visitor.goto(reverse("services:outcomes", args=["organization", personas.organization().slug]))
    sees(visitor, "敬老院冬衣捐款")  # counted with its own report
    check(visitor, "outcomes-public", axe=True)


def test_a_checked_number_is_corrected_by_reversal(browse, portal):
    before = donations()
    leader = personas.make("leader")
    row = Outcome.objects.create(
        kind_id="money", title="助学款", happened_on=DAY, amount=Decimal(3000), state="checked", team=personas.team()
    )
    page = browse(leader)
    page.goto(reverse("admin:services_outcome_change", args=[row.pk]))
    press(page, "更正")
    page.locator("[name=amount]").fill("300")
    page.locator("[name=reason]").fill("多写了一个零")
    check(page, "outcome-correct", axe=True)
    press(page, "上报更正")
    sees(page, "更正已上报")
    office = browse(personas.make("district"))
    office.goto(reverse("admin:staff_decide", args=["outcome", row.reversals.get().public_id]))
    sees(office, "冲销的是", "多写了一个零")
    check(office, "outcome-correction", axe=True)
    decide(office, "核实，照此更正")
    sees(office, "撤销")
    assert donations() == before + 300


def test_the_contribution_record_of_an_organizer_and_of_a_person(browse, portal):
    visitor, member = browse(None), browse(personas.make("member"), size=PHONE)
    organization = personas.organization()
    visitor.goto(reverse("services:organizer-contribution", args=["organization", organization.slug]))
    heading(visitor, "贡献记录")
    check(visitor, "contribution-organizer", axe=True)
    member.goto(reverse("services:contribution"))
    heading(member, "贡献记录")
    check(member, "contribution-own", axe=True)
