"""Path: a sheet to sign in on, printed on A4 and filled into Word by the worker; a list on paper."""

import io

import docx
import pikepdf
import pytest
from playwright.sync_api import expect

from activities.models import Signup
from chengyang.platform.jobs import runner
from tests import personas
from tests.activities import factories

from . import browser_data
from .pages import both_sizes, check, heading, press

pytestmark = pytest.mark.browser
NAMES = ["周予安", "丁一", "王晓明", *(f"李{letter}" for letter in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥")]


@pytest.fixture
def activity(portal):
    made = factories.published(title="葡萄采摘", capacity=60)
    for position, name in enumerate(NAMES, 1):
        Signup.objects.create(
            activity=made, person=browser_data.person(500 + position, name), position=position, state="confirmed"
        )
    return made


def printed(page):
    """Return the pages of the print: (width, height) of each in millimetres."""
    with pikepdf.open(io.BytesIO(page.pdf(prefer_css_page_size=True))) as pdf:
        return [tuple(round(float(side) * 25.4 / 72) for side in one.mediabox[2:]) for one in pdf.pages]


@both_sizes
def test_a_sheet_to_sign_in_on_is_printed(browse, activity, size):
    page = browse(personas.make("xiazhuang"), size=size)
    page.goto(f"/manage/activities/activity/{activity.pk}/change/")
    page.locator(".pop--papers summary").click()
    page.get_by_role("link", name="活动签到表", exact=True).click()
    heading(page, "活动签到表：葡萄采摘")
    expect(page.locator(".paper__table tbody tr").first).to_contain_text("丁一")
    check(page, "paper-sign-in", axe=True)
    assert printed(page) == [(210, 297)] * 2
    page.emulate_media(media="print")
    expect(page.locator(".paper__bar")).to_be_hidden()
    expect(page.locator(".staff__nav")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--printed').trim()").startswith(
        '"'
    )
    page.emulate_media(media="screen")
    page.get_by_role("link", name="报名先后").click()
    expect(page.locator(".paper__table tbody tr").first).to_contain_text("周予安")


def test_it_is_filled_into_word_by_the_worker(browse, activity):
    page = browse(personas.make("xiazhuang"))
    page.goto(f"/manage/papers/papertemplate/word/sign_in/?record={activity.pk}")
    check(page, "paper-word", axe=True)
    page.get_by_label("换届、会议和活动的会务").check()
    with page.expect_download() as fetched:
        press(page, "填成 Word")
    document = docx.Document(fetched.value.path())
    assert document.tables[0].rows[1].cells[1].text == "丁一"
    assert not runner.work()


def test_a_list_is_printed_across_without_navigation(browse, activity):
    page = browse(personas.make("district"))
    page.goto("/manage/members/person/?category__id__exact=1")
    check(page, "list-to-print", axe=True)
    assert set(printed(page)) == {(297, 210)}
    page.emulate_media(media="print")
    chosen, *others = page.locator(".listing__bar .pick summary").all()
    expect(chosen).to_be_visible()  # the filter that is chosen, in words
    for other in others:
        expect(other).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.querySelector('.listing thead')).display") == "table-header-group"
